import type { GenerateContentRequest, RequestPart } from './request.ts';

const fileName = /\/(files\/[\w-]{1,200})$/;

const fileOf = ({ fileData }: RequestPart): readonly string[] => {
  const name = fileData === undefined ? undefined : fileName.exec(fileData.fileUri)?.[1];
  return name === undefined ? [] : [name];
};

/** Things of one project that a request names: files and a cached content. */
export const namedThings = ({
  contents,
  cachedContent,
}: Pick<GenerateContentRequest, 'contents' | 'cachedContent'>): readonly string[] => [
  ...(cachedContent === undefined ? [] : [cachedContent]),
  ...contents.flatMap(({ parts }) => parts.flatMap(fileOf)),
];
