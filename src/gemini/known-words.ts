const words = `
minimal xhigh validated int32 int64 uint32 double bool dangerous hate harassment sexually civic integrity jailbreak robots
see active batch batches batching failed interaction interactions previous processing terminal terminated uploaded
overloaded later experiencing high demand spikes usually temporary quota plan billing information head monitor usage exceeded
metric resource exhausted e.g caller occurred report encountered deadline service unavailable operation was cancelled methods
denied requested entity v1 v1beta v1alpha
a a-z about above absent accept accepted accepts access accessible add additional after again ai all allowed
allowed_function_names alongside alphanumeric already also alternate alternating alternative always am an and
another any api apply are argument arguments array arrays as aspect assistant at attempt attempted audio authors
auto automatic available back bad base64 based batchembedcontents be because because. been before begin being below
beside between beyond block blocked blockreason blocks body boolean both budget built-in by bytes cache cacheable
cached cached_content cachedcontent call call(s calling calls can can't candidate candidate_count candidates cannot
categories category cause causes change characters check child children choice choose chosen chunk circulation code
codes colons combination combinations combined comes command compatible complete compliance computer-use condition
config configuration configure configured confirm conflict consecutive consider constraint constraints contain
contained containing contains content contents contents.parts contents.role context control conversation convert
correct correctly corrupt corrupted could count counts counttokens crawled current currently dashes data decimal
declaration declarations declare declared decode decoded deep default defined degraded deprecated depth describe
describes description detail details detected developer did different dimension dimensions directly disable disabled
disallowed do document documents does doesn't don't dots due duplicate duplicates duration each either element
elements embed embedcontent embedding embeddings empty enable enabled encode encoded encoding end ended ending ends
ensure entry enum enums equal error errors even every exactly example exceed exceeded exceeds excluded exclusive
execution exist exists expect expected expects expired explicit extra fail failed failure false feature features
feedback fetch field fields file file_data file_uri files fileuri find finishreason first fit fix float follow
followed following follows for format formats formatted found frequency from fully function function_call
function_calling_config function_declarations function_response functioncall functiondeclarations functionresponse
functions further gemini generate generatecontent generated generation generationconfig get give given gives google
google's got greater grounding had happy harm has have having header height higher history however identical
identifier if ignored image images immediately implemented in include include_server_side_tool_invocations included
includes including inclusive incompatible incomplete inconsistent incorrect index indicate initialized inline
inline_data input inputs inside instance instead instruction instructions integer integers internal into invalid is
isn't it item items its json key keyword keywords kind language large larger last latest lead least leave length
less letter letters level levels like limit limited limits line list listmodels lists load location logprobs long
longer lots low lower made make malformed many map match matched matches matching max max_output_tokens maximum may
mean means media message messages method mime mime_type min minimum minutes missing mixed modalities modality mode
model models modelservice.listmodels modified more most move multimodal multiple multiturn must name named names
need needed needs neither nested nesting never newer no non-empty none nor not null number numbers numeric object
objects of off on once one one_of oneof only operation operator option optional or order other out output outputs
outside over overlap oversized own page pages parallel parameter parameters parse parsed parser part parts pass
passed path pattern payload pdf penalty per performance permission permitted picture pixels place please plus policy
position positive possible practices predicate presence present preset previous problem process processed processing
produce produces prompt prompts proper properly properties property proposed proto provide provided provider quality
query range rate ratio reach reached read reading reason reasoning receive received reduce refer reference
references refused regex rejected related remove repeated repeating rephrase rephrasing replace report request
requested requests require required requires resend resolution respects response response_mime_type response_schema
responsemimetype responses responseschema responsible restricted result results retrieve retry return returned
returns right robots.txt role roles root rules safety same sample sampling schema schema.ref schemas scheme search
seconds section seed select send sensitive sent separate sequence sequences server server-side serving set sets
setting settings shape short should show shown side signature signatures single size sizes small smaller so some
something source speaker specified specify specifying speech start started starting starts state status step stop
stopping stream streamgeneratecontent streaming string strings struct structure structured sub-schema submit such
supply support supported supports sure surpass surpassed surrogate syntax system system_instruction take taken takes
task temperature template text than that the their them then there these they think thinking thinking_budget
thinking_level this those thought thought_signature thoughts thoughtsignature threshold through time times title to
token tokens too tool tool_config tool_type tools top top_k top_p topk topp total true try turn turns twice two type
types typical typically unable under underscore underscores unexpected unfinished unicode union unique unknown
unless unsupported until up upload uploaded uri url urls use used user uses using utf-8 valid validate validation
value values variable version vertex very via video videos violate violated violates violation voice was way we were
what when where whether which while whole width will with within without word words work works would wrong yet you
your zero & + , - -2147483648 . / 0-9 2147483647 : < <= = > >= _
`;

/** Words that Google's model names are made of. */
export const modelWords: ReadonlySet<string> = new Set(
  'flash pro lite nano ultra preview latest exp experimental image images tts live embedding embeddings thinking generation native audio dialog it stable fast generate transcribe translate robotics er computer use deep research argon carbon hydrogen neon'.split(
    ' ',
  ),
);

/** Words of Google's error texts that say nothing about the owner of a key, in lower case. */
export const knownWords: ReadonlySet<string> = new Set(words.split(/\s+/).filter((word) => word !== ''));
