// Writes warcio.warc.gz with warcio.js 2.4 (npm install warcio; node warcio.mjs warcio.warc.gz): made-up pages, every record type that crawlers write.
import { WARCRecord, WARCSerializer } from 'warcio';
import { createWriteStream } from 'node:fs';
const out = createWriteStream(process.argv[2]);
const gzip = process.argv[2].endsWith('.gz');
async function put(opts, text) {
  async function* body() { yield new TextEncoder().encode(text); }
  const record = await WARCRecord.create({ date: '2010-08-01T00:00:00Z', warcVersion: opts.v || 'WARC/1.1', ...opts }, text === null ? undefined : body());
  out.write(await WARCSerializer.serialize(record, { gzip }));
}
const info = await WARCRecord.createWARCInfo({ filename: 'warcio.warc.gz', warcVersion: 'WARC/1.1' }, { software: 'warcio.js' });
out.write(await WARCSerializer.serialize(info, { gzip }));
const url = 'http://site.example/a/x.html';
await put({ url, type: 'response', httpHeaders: { 'Content-Type': 'text/html; charset=utf-8' } },
  '<meta http-equiv="refresh" content="0; url=http://shop.example/">');
await put({ url, type: 'request', httpHeaders: { 'User-Agent': 'x' } }, '');
await put({ url: 'http://shop.example/', type: 'response', httpHeaders: { 'Content-Type': 'text/html' } },
  '<title>Pills - shop</title><img src=/l.gif><a href=/cart>Add to cart</a> $1.00 $2.00 $3.00 Visa');
await put({ url: 'http://shop.example/l.gif', type: 'resource', warcHeaders: { 'Content-Type': 'image/gif' } }, 'GIF89a and so on');
await put({ url: 'http://shop.example/', type: 'metadata', warcHeaders: { 'Content-Type': 'application/warc-fields' } }, 'via: http://site.example/a/x.html\r\n');
await put({ url: 'http://shop.example/', type: 'revisit', date: '2010-08-05T00:00:00Z', refersToUrl: 'http://shop.example/', refersToDate: '2010-08-01T00:00:00Z', httpHeaders: { 'Content-Type': 'text/html' } }, '');
out.end();
