/**
 * Whatever the owner's view says in sentences that come from elsewhere, in English as it is said there, and in Chinese.
 * `{name}` stands for any text, which is translated by itself where it is one of these.
 */
export const sentences: readonly (readonly [en: string, zh: string])[] = [
  ['{name} is not a setting; {meant} is.', '{name} 不是设置项，你要的可能是 {meant}。'],
  ['{other} is ignored, since {given} is set.', '已设置 {given}，因此忽略 {other}。'],
  ['{given} has no effect yet.', '{given} 目前还不起作用。'],
  [
    'PASSWORD is the default 123: everybody who finds this service can use your keys. Set PASSWORD.',
    'PASSWORD 仍是默认值 123：任何找到本服务的人都能使用你的密钥。请设置 PASSWORD。',
  ],
  [
    'PASSWORD is shorter than {length} characters, so it can be guessed by trying. Set a longer one.',
    'PASSWORD 少于 {length} 个字符，可能被逐个试出。请设置更长的密码。',
  ],
  [
    'MAX_INFLIGHT_BODY_MB is now MEMORY_BUDGET_MB and bounds all memory of requests and answers, not their bodies alone: set that, or neither.',
    'MAX_INFLIGHT_BODY_MB 已改名为 MEMORY_BUDGET_MB，限制的是请求和回答占用的全部内存，而不只是请求体：请改设后者，或两者都不设。',
  ],
  [
    'No Gemini key is set: put at least one into GEMINI_API_KEYS.',
    '尚未设置 Gemini 密钥：请在 GEMINI_API_KEYS 中至少填入一个。',
  ],
  [
    'The folder cannot be written to: a restart forgets key states and counts.',
    '该目录不可写：重启后密钥状态和计数会丢失。',
  ],

  ['Google says that the key is not valid', 'Google 表示该密钥无效'],
  ['Google does not take the key', 'Google 不接受该密钥'],
  ['Google has found the key in public and disabled it', 'Google 发现该密钥已公开泄露，并将其停用'],
  ["Google has suspended the key's project", 'Google 已暂停该密钥所属的项目'],
  ['Google has suspended the key or its project', 'Google 已暂停该密钥或其所属的项目'],
  ['Google denies the key access to the Gemini API', 'Google 拒绝该密钥访问 Gemini API'],
  ["the Gemini API is not enabled for the key's project", '该密钥所属的项目未启用 Gemini API'],
  ['the key may not be used for the Gemini API, or not from here', '该密钥不可用于 Gemini API，或不可在此处使用'],
  [
    "the credit of the key's project is used up, or its spending limit is reached",
    '该密钥所属项目的余额已用完，或已达到消费上限',
  ],
  [
    "The credit of the key's project is used up, or its spending limit is reached",
    '该密钥所属项目的余额已用完，或已达到消费上限',
  ],

  ['Pictures are kept in memory: a restart loses them.', '图片保存在内存中：重启后会丢失。'],
  [
    'One picture could not be kept in {place} and went on to {next}; it works again. Last at {time}: {reason}',
    '有 1 张图片未能存入{place}，改存到{next}；现已恢复正常。最近一次在 {time}：{reason}',
  ],
  [
    'One picture could not be kept in {place} and went on to {next}. Last at {time}: {reason}',
    '有 1 张图片未能存入{place}，改存到{next}。最近一次在 {time}：{reason}',
  ],
  [
    '{count} pictures could not be kept in {place} and went on to {next}; it works again. Last at {time}: {reason}',
    '有 {count} 张图片未能存入{place}，改存到{next}；现已恢复正常。最近一次在 {time}：{reason}',
  ],
  [
    '{count} pictures could not be kept in {place} and went on to {next}. Last at {time}: {reason}',
    '有 {count} 张图片未能存入{place}，改存到{next}。最近一次在 {time}：{reason}',
  ],
  ['the local folder', '本地目录'],
  ['memory', '内存'],
  ['Qiniu', '七牛云'],
  ["Qiniu's region lookup", '七牛云区域查询'],
  ['Tencent COS', '腾讯云 COS'],
  ['the answers themselves', '回答本身'],

  ['It took longer than 10 s, and is left alone for 30 s.', '耗时超过 10 秒，接下来 30 秒不再使用。'],
  ['It took longer than 10 s.', '耗时超过 10 秒。'],
  ['It failed in a way that nobody foresaw.', '出现了意料之外的错误。'],
  ['The name is not one of ours.', '文件名不是本服务生成的。'],
  ['The picture is larger than {setting}.', '图片超过了 {setting}。'],
  ['The disk is full.', '磁盘已满。'],
  ['The disk quota is used up.', '磁盘配额已用完。'],
  ['The folder (IMAGE_STORAGE_DIR) cannot be written to.', '目录（IMAGE_STORAGE_DIR）不可写。'],
  ['The folder (IMAGE_STORAGE_DIR) is on a read-only disk.', '目录（IMAGE_STORAGE_DIR）位于只读磁盘上。'],
  [
    'There is a file where the folder (IMAGE_STORAGE_DIR) should be.',
    '目录（IMAGE_STORAGE_DIR）所在的位置是一个文件。',
  ],
  ['The disk refused to keep a picture ({code}).', '磁盘拒绝保存图片（{code}）。'],
  ['The connection to {vendor} failed.', '与{vendor}的连接失败。'],
  ['The connection to {vendor} failed{code}.', '与{vendor}的连接失败{code}。'],
  [
    'The package {name} could not be loaded: install it with `npm install --include=optional`.',
    '无法加载软件包 {name}：请运行 `npm install --include=optional` 安装。',
  ],
  ['{vendor} did not take the picture in time.', '{vendor}未能及时接收图片。'],
  ["Qiniu's region lookup names no host for uploads.", '七牛云区域查询没有给出上传域名。'],
  ['Qiniu answered, but not with the name of the picture.', '七牛云有响应，但没有返回图片的名称。'],
  [
    'Tencent COS answered, but not as to an upload (status {status}).',
    '腾讯云 COS 有响应，但不是上传的结果（状态码 {status}）。',
  ],
  [
    'The name of a Tencent COS bucket ends in its app id, as in pictures-1250000000.',
    '腾讯云 COS 的存储桶名以 APPID 结尾，例如 pictures-1250000000。',
  ],
  ['A region of Tencent COS looks like ap-guangzhou.', '腾讯云 COS 的地域形如 ap-guangzhou。'],
  ['Tencent COS {what} (status {status}).', '腾讯云 COS {what}（状态码 {status}）。'],
  ['Qiniu {what} (status {status}).', '七牛云{what}（状态码 {status}）。'],
  ['did not take the picture', '没有接收图片'],
  [
    'does not let this secret id upload to the bucket, or the clock of this machine is wrong',
    '不允许此 SecretId 上传到该存储桶，或本机时钟不准',
  ],
  ['finds the picture too large', '认为图片过大'],
  ['does not know the secret id', '不认识此 SecretId'],
  ['does not know the bucket in this region', '在该地域找不到此存储桶'],
  ['finds the clock of this machine wrong', '认为本机时钟不准'],
  ['refused the signature: check the secret key', '拒绝了签名：请检查 SecretKey'],
  ['asks for fewer calls', '要求减少调用次数'],
  [
    'refused the upload: check the access key, the secret key and the clock of this machine',
    '拒绝了上传：请检查 AccessKey、SecretKey 和本机时钟',
  ],
  ['does not let this access key upload to the bucket', '不允许此 AccessKey 上传到该存储空间'],
  ['has frozen the account', '已冻结账号'],
  ['kept the picture but its callback failed', '已保存图片，但回调失败'],
  ['has an internal error', '出现内部错误'],
  ['does not know the bucket or the access key', '找不到此存储空间，或不认识此 AccessKey'],
  ['has a file of this name already', '已有同名文件'],
  ['does not know the bucket', '找不到此存储空间'],
];
