/** What speaks for OpenAI's speech models. */
const defaultSpeechModel = 'gemini-3.8-flash-tts';

/** What hears for OpenAI's transcription models. */
const defaultHearingModel = 'gemini-flash-latest';

/** The same where times or speakers are asked for. */
const defaultTranscribingModel = 'gemini-3.5-transcribe';

const isOpenAiSpeech = (model: string): boolean =>
  /^(?:tts-1(?:-hd)?|gpt-[\w.]+(?:-mini)?-tts)(?:-\d[\d-]*)?$/.test(model);
const isOpenAiTranscription = (model: string): boolean =>
  /^(?:whisper-\w+|gpt-(?:[\w.]+-)*transcribe(?:-diarize)?(?:-\d[\d-]*)?)$/.test(model);

/** Google's id for a speech model: OpenAI's own names stand for the default. */
export const speechModel = (model: string): string => (isOpenAiSpeech(model) ? defaultSpeechModel : model);

/** Google's id for a transcription model: OpenAI's own names stand for one of the defaults. */
export const transcriptionModel = (model: string, needsTimes: boolean): string => {
  if (!isOpenAiTranscription(model)) return model;
  return needsTimes ? defaultTranscribingModel : defaultHearingModel;
};

/** True for models that do nothing but transcribe, and give times and speakers. */
export const onlyTranscribes = (model: string): boolean => model.includes('transcribe');

/** Speech models until 3.1 have no field for how a text is to be spoken. */
export const takesSpeechStyle = (model: string): boolean => !/^gemini-(?:2|3\.[01])\b/.test(model);
