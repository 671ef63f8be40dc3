const names = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Google's enums in requests: the values this API takes, by the enum's name in its error texts. */
export const requestEnums: Readonly<Record<string, readonly string[]>> = {
  'FunctionCallingConfig.Mode': names('MODE_UNSPECIFIED AUTO ANY NONE VALIDATED'),
  'FunctionDeclaration.Behavior': names('UNSPECIFIED BLOCKING NON_BLOCKING'),
  'FunctionResponse.Scheduling': names('SCHEDULING_UNSPECIFIED SILENT WHEN_IDLE INTERRUPT'),
  'GenerateContentRequest.ServiceTier': names('unspecified standard flex priority'),
  'GenerationConfig.MediaResolution': names(
    'MEDIA_RESOLUTION_UNSPECIFIED MEDIA_RESOLUTION_LOW MEDIA_RESOLUTION_MEDIUM MEDIA_RESOLUTION_HIGH',
  ),
  'GenerationConfig.Modality': names('MODALITY_UNSPECIFIED TEXT IMAGE AUDIO VIDEO'),
  'ThinkingConfig.ThinkingLevel': names('THINKING_LEVEL_UNSPECIFIED MINIMAL LOW MEDIUM HIGH XHIGH'),
  'PartMediaResolution.Level': names(
    'MEDIA_RESOLUTION_UNSPECIFIED MEDIA_RESOLUTION_LOW MEDIA_RESOLUTION_MEDIUM MEDIA_RESOLUTION_HIGH MEDIA_RESOLUTION_ULTRA_HIGH',
  ),
  'EmbedContentConfig.TaskType': names(
    `TASK_TYPE_UNSPECIFIED RETRIEVAL_QUERY RETRIEVAL_DOCUMENT SEMANTIC_SIMILARITY CLASSIFICATION CLUSTERING QUESTION_ANSWERING
     FACT_VERIFICATION CODE_RETRIEVAL_QUERY`,
  ),
  'Part.MediaProcessing': names('MEDIA_PROCESSING_UNSPECIFIED STATIC AGENTIC'),
  'ExecutableCode.Language': names('LANGUAGE_UNSPECIFIED PYTHON'),
  'CodeExecutionResult.Outcome': names('OUTCOME_UNSPECIFIED OUTCOME_OK OUTCOME_FAILED OUTCOME_DEADLINE_EXCEEDED'),
  'ToolCall.ToolType': names(
    'TOOL_TYPE_UNSPECIFIED GOOGLE_SEARCH_WEB GOOGLE_SEARCH_IMAGE URL_CONTEXT GOOGLE_MAPS FILE_SEARCH MEDIA_PROCESSING',
  ),
  'DynamicRetrievalConfig.Mode': names('MODE_UNSPECIFIED MODE_DYNAMIC'),
  'ComputerUse.Environment': names('ENVIRONMENT_UNSPECIFIED ENVIRONMENT_BROWSER ENVIRONMENT_MOBILE ENVIRONMENT_DESKTOP'),
  'ComputerUse.SafetyPolicy': names(
    `SAFETY_POLICY_UNSPECIFIED FINANCIAL_TRANSACTIONS SENSITIVE_DATA_MODIFICATION COMMUNICATION_TOOL ACCOUNT_CREATION
     DATA_MODIFICATION USER_CONSENT_MANAGEMENT LEGAL_TERMS_AND_AGREEMENTS`,
  ),
  'AudioTranscriptionConfig.Mode': names('MODE_UNSPECIFIED VERBATIM SMART'),
  'ResponseFormat.Delivery': names('DELIVERY_UNSPECIFIED INLINE URI'),
  'AudioResponseFormat.MimeType': names(
    'MIME_TYPE_UNSPECIFIED AUDIO_MP3 AUDIO_OGG_OPUS AUDIO_L16 AUDIO_WAV AUDIO_ALAW AUDIO_MULAW',
  ),
  'ImageResponseFormat.MimeType': names('MIME_TYPE_UNSPECIFIED IMAGE_JPEG'),
  'ImageResponseFormat.AspectRatio': names(
    'UNSPECIFIED ONE_BY_ONE TWO_BY_THREE THREE_BY_TWO THREE_BY_FOUR FOUR_BY_THREE FOUR_BY_FIVE FIVE_BY_FOUR NINE_BY_SIXTEEN SIXTEEN_BY_NINE TWENTY_ONE_BY_NINE ONE_BY_EIGHT EIGHT_BY_ONE ONE_BY_FOUR FOUR_BY_ONE',
  ).map((ratio) => `ASPECT_RATIO_${ratio}`),
  'ImageResponseFormat.ImageSize': names('UNSPECIFIED FIVE_TWELVE ONE_K TWO_K FOUR_K').map((size) => `IMAGE_SIZE_${size}`),
  'TextResponseFormat.MimeType': names('MIME_TYPE_UNSPECIFIED APPLICATION_JSON TEXT_PLAIN'),
  'Schema.Type': names('TYPE_UNSPECIFIED STRING NUMBER INTEGER BOOLEAN ARRAY OBJECT NULL'),
  HarmCategory: names(
    `UNSPECIFIED DEROGATORY TOXICITY VIOLENCE SEXUAL MEDICAL DANGEROUS HARASSMENT HATE_SPEECH SEXUALLY_EXPLICIT
     DANGEROUS_CONTENT CIVIC_INTEGRITY JAILBREAK`,
  ).map((category) => `HARM_CATEGORY_${category}`),
  'SafetySetting.HarmBlockThreshold': names(
    'HARM_BLOCK_THRESHOLD_UNSPECIFIED BLOCK_LOW_AND_ABOVE BLOCK_MEDIUM_AND_ABOVE BLOCK_ONLY_HIGH BLOCK_NONE OFF',
  ),
};

/** Enums that Google takes in lower case as well. */
export const anyCaseEnums: readonly string[] = ['ThinkingConfig.ThinkingLevel', 'Schema.Type'];
