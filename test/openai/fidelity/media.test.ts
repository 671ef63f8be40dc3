import t from 'tap';
import { body, refusal, user } from '../../support/chat.ts';

const part = (given: object, model = 'gemini-3.5-flash') => body({ model, messages: [user([given])] }).contents[0]?.parts[0];
const image = (url: string) => ({ type: 'image_url', image_url: { url } });
const png = 'iVBORw0KGgo=';

t.test('data: URLs are read with parameters, blanks, escapes and either alphabet', (t) => {
  const blob = { inlineData: { mimeType: 'image/png', data: png } };
  const escaped = [...Buffer.from(png, 'base64')].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
  for (const url of [`data:image/png;base64,${png}`, `DATA:image/png;BASE64,${png}`, `data:image/png;name=a.png;base64,${png}`, `data:;base64,${png}`, `data:image/png;base64, iVBO\nRw0KGgo=`, `data:image/png;base64,${encodeURIComponent(png)}`, ` \n data:image/png ; base64 , ${png} `, `data:image/png,${escaped}`, `data:image/jpeg;charset=utf-8,${escaped.toLowerCase()}`]) {
    t.same(part(image(url)), blob, url);
  }
  t.same(part({ type: 'file', file: { file_data: 'data:text/plain;charset=iso-8859-1,h%F6%25ö' } }), { inlineData: { mimeType: 'text/plain', data: Buffer.from('h\xf6%\xc3\xb6', 'latin1').toString('base64') } });
  t.same(part(image('data:image/png;base64,-_-_')), { inlineData: { mimeType: 'image/png', data: '+/+/' } });
  for (const url of ['data:image/png;base64,***', 'data:image/png;base64,', 'data:image/png', 'data:image/png,a%', 'data:image/png,%0', 'data:image/png,%0g', 'nonsense!']) {
    t.same(refusal({ messages: [user([image(url)])] }), { param: 'messages.0.content.0.image_url.url', code: 'invalid_value' }, url);
  }
  t.end();
});

t.test('an address that is neither http nor data is refused as such, not as bad base64', (t) => {
  for (const url of ['file:///etc/passwd', 'gs://bucket/a.png', 'FTP://host/a.png', 'blob:https://host/1', 'javascript:1', String.raw`C:\a.png`]) {
    t.same(refusal({ messages: [user([image(url)])] }), { param: 'messages.0.content.0.image_url.url', code: 'unsupported_value' }, url);
  }
  t.end();
});

t.test('the kind of a picture is told by its bytes, and by the name that Gemini has for it', (t) => {
  t.same(part(image(`data:image/jpg;base64,${png}`))?.inlineData?.mimeType, 'image/png');
  t.same(part(image('data:image/jpg;base64,AAAA'))?.inlineData?.mimeType, 'image/jpeg');
  t.end();
});

t.test('words of the caller that are names of JavaScript too mean nothing', (t) => {
  t.same(refusal({ messages: [user([{ type: 'file', file: { file_data: 'AAAA', filename: 'a.constructor' } }])] }), {
    param: 'messages.0.content.0.file.file_data',
    code: 'invalid_value',
  });
  t.same(refusal({ messages: [user([image('data:constructor;base64,AAAA')])] }).code, 'invalid_value');
  t.equal(part({ type: 'image_url', image_url: { url: `data:image/png;base64,${png}`, detail: 'constructor' } })?.mediaResolution, undefined);
  t.end();
});

t.test('what Google reads itself goes up as an address', (t) => {
  for (const url of ['https://www.youtube.com/watch?v=lCdaVNyHtjU', 'https://youtu.be/lCdaVNyHtjU', 'https://generativelanguage.googleapis.com/v1beta/files/8b2bhnsluaai']) {
    t.same(part({ type: 'video_url', video_url: { url } }), { fileData: { fileUri: url } }, url);
    t.same(part({ type: 'file', file: { file_data: url } }), { fileData: { fileUri: url } }, url);
    t.same(part({ type: 'video_url', video_url: { url: ` ${url}\n` } }), { fileData: { fileUri: url } }, 'blanks around it');
  }
  t.same(part({ type: 'file', file: { file_id: 'files/8b2bhnsluaai' } }), { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/8b2bhnsluaai' } });
  t.same(refusal({ messages: [user([{ type: 'file', file: { file_id: 'file-abc' } }])] }).param, 'messages.0.content.0.file');
  t.end();
});

t.test('sound, video and documents come as data', (t) => {
  const table: readonly (readonly [object, string])[] = [
    [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }, 'audio/wav'],
    [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }, 'audio/mp3'],
    [{ type: 'audio_url', audio_url: { url: 'data:audio/mpeg;base64,AAAA' } }, 'audio/mp3'],
    [{ type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAA' } }, 'video/mp4'],
    [{ type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0x' } }, 'application/pdf'],
    [{ type: 'file', file: { file_data: 'JVBERi0x', filename: 'a' } }, 'application/pdf'],
    [{ type: 'file', file: { file_data: 'AAAA', filename: 'a.csv' } }, 'text/csv'],
  ];
  for (const [given, mimeType] of table) t.equal(part(given)?.inlineData?.mimeType, mimeType, JSON.stringify(given));
  t.end();
});

t.test('what clients call octet-stream, or nothing at all, is what its bytes, its name or its text say', (t) => {
  const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
  const octets = (data: string, filename?: string) => ({ type: 'file', file: { file_data: `data:application/octet-stream;base64,${data}`, filename } });
  const table: readonly (readonly [object, string])[] = [
    [octets(base64('RIFF\x10\0\0\0WAVEfmt ')), 'audio/wav'],
    [octets(base64('# a'), 'a.md'), 'text/markdown'],
    [octets(base64('a = 1'), 'a.py'), 'text/x-python'],
    [octets('AAAA', 'a.mp4'), 'video/mp4'],
    [octets(base64('words')), 'text/plain'],
    [{ type: 'file', file: { file_data: base64('a = 1'), filename: 'a.py' } }, 'text/x-python'],
    [{ type: 'file', file: { file_data: 'data:,a%20b' } }, 'text/plain'],
    [{ type: 'file', file: { file_data: 'data:;base64,AAAA' } }, 'text/plain'],
    [{ type: 'file', file: { file_data: `data:;base64,${base64('a')}` } }, 'text/plain'],
    [{ type: 'file', file: { file_data: 'data:image/svg+xml,<svg/>', filename: 'a.svg' } }, 'text/xml'],
    [{ type: 'input_audio', input_audio: { data: base64('RIFF\x10\0\0\0WAVEfmt '), format: 'mp3' } }, 'audio/wav'],
  ];
  for (const [given, mimeType] of table) t.equal(part(given)?.inlineData?.mimeType, mimeType, JSON.stringify(given));
  t.same(refusal({ messages: [user([{ type: 'file', file: { file_data: 'data:,' } }])] }).code, 'invalid_value');
  const earlier = { role: 'assistant', content: 'a ![](data:image/svg+xml,x) b' };
  t.same(body({ messages: [user('a'), earlier, user('c')] }).contents[1]?.parts.some(({ inlineData }) => inlineData !== undefined), false, 'markup of an earlier answer goes nowhere');
  t.same(refusal({ messages: [user([octets('AAAA', 'a')])] }), { param: 'messages.0.content.0.file.file_data', code: 'invalid_value' });
  for (const url of ['data:image/svg+xml,<svg/>', 'data:text/html,<p>', `data:image/png;base64,${base64('\0\0\0\x14ftypavif\0\0\0\0')}`]) {
    t.same(refusal({ messages: [user([image(url)])] }), { param: 'messages.0.content.0.image_url', code: 'invalid_value' }, url);
  }
  t.end();
});

t.test('detail is the resolution of the part, from Gemini 3 on', (t) => {
  const given = (detail: string) => ({ type: 'image_url', image_url: { url: `data:image/png;base64,${png}`, detail } });
  t.same(part(given('low'))?.mediaResolution, { level: 'MEDIA_RESOLUTION_LOW' });
  t.same(part(given('high'))?.mediaResolution, { level: 'MEDIA_RESOLUTION_HIGH' });
  t.equal(part(given('auto'))?.mediaResolution, undefined);
  t.equal(part(given('low'), 'gemini-2.5-flash')?.mediaResolution, undefined);
  t.end();
});

t.test('media in a system message is refused by name, not dropped', (t) => {
  const messages = [{ role: 'system', content: [{ type: 'text', text: 's' }, image(`data:image/png;base64,${png}`)] }, user('a')];
  t.same(refusal({ messages }), { param: 'messages.0.content', code: 'unsupported_value' });
  t.end();
});
