/** A text whose Markdown pictures are taken out of it: what is left, and their bytes in base64, fetched where they are links. */
export const shownPictures = async (shown: string): Promise<{ readonly text: string; readonly pictures: readonly string[] }> => {
  const link = /!\[[^\]]*\]\(([^)]+)\)/g;
  const addresses = [...shown.matchAll(link)].map(([, address = '']) => address);
  const pictures = await Promise.all(addresses.map(async (address) => Buffer.from(await (await fetch(address)).arrayBuffer()).toString('base64')));
  return { text: pictures.length === 0 ? shown : shown.replace(link, '').trim(), pictures };
};
