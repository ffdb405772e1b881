// The network of a run: its endpoints, its virtual phones, a webhook receiver, and the count of checks.
const fs = require('node:fs');
const http = require('node:http');

const endpoints = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const graph = endpoints.graph;
const ADA = '12025550143';

async function sim(method, path, body) {
  const answer = await fetch(`${endpoints.sim}/sim/${path}`, { method, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function call(path, body) {
  const answer = await fetch(`${graph.base_url}/v24.0/${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${graph.access_token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const write = async (message) => (await sim('POST', `customers/${ADA}/messages`, message)).ids[0];
const inbox = () => sim('GET', `customers/${ADA}/inbox`);
const code = async () => (await sim('GET', `codes/${endpoints.number.wa_id}`)).code;

/** A small picture that the simulator itself has made. */
async function picture() {
  await write({ type: 'image', image: {} });
  return Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC', 'base64');
}

/** A webhook: answers the challenge, hands raw body and headers to `take`. */
function receiver(take) {
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (request.method === 'GET') {
      const good = url.searchParams.get('hub.verify_token') === graph.verify_token;
      response.writeHead(good ? 200 : 403).end(good ? url.searchParams.get('hub.challenge') : '');
      return;
    }
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      take(Buffer.concat(chunks), request.headers);
      response.writeHead(200).end();
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ server, url: `http://127.0.0.1:${server.address().port}/hook` }));
  });
}

/** Waits for a fact, at most 20 seconds. */
async function until(fact, what) {
  for (const end = Date.now() + 20000; Date.now() < end; ) {
    const found = await fact();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`it did not come to this: ${what}`);
}

let passed = 0;
let failed = 0;
async function check(name, act) {
  try {
    const result = await act();
    if (result === false) throw new Error('it is not so');
    passed += 1;
    return result;
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}:`, String(JSON.stringify(error.response?.data ?? error.raw) ?? error.stack).slice(0, 400));
    return undefined;
  }
}

function end() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}

module.exports = { ADA, endpoints, graph, sim, call, write, inbox, code, picture, receiver, until, check, end };
