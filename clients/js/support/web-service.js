// A web service on this machine, for data actions to call.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after } from 'node:test';

/**
 * Starts a web service that notes each request and answers as the function says: with a status, headers and a text, or
 * never if the answer is null. It ends with the test, the suite or the file that starts it.
 */
export async function startWebService(answerTo) {
	const requests = [];
	const server = createServer(async (incoming, outgoing) => {
		let body = '';
		for await (const part of incoming.setEncoding('utf8')) body += part;
		const request = { method: incoming.method, path: incoming.url, headers: incoming.headers, body };
		requests.push(request);
		const answer = answerTo(request);
		if (answer === null) return;
		const { status = 200, headers = { 'Content-Type': 'application/json' }, text = '' } = answer;
		outgoing.writeHead(status, headers).end(text);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	after(() => {
		server.close();
		server.closeAllConnections();
	});
	return { url: `http://127.0.0.1:${server.address().port}`, requests };
}
