// The fourth side: onnxruntime-node behind Node's http. Usage: node server.js MODEL PORT CHANNELS,HEIGHT,WIDTH
'use strict';
const http = require('node:http');
const ort = require('onnxruntime-node');

const [model, port, shape] = process.argv.slice(2);
const dimensions = [1, ...shape.split(',').map(Number)];

ort.InferenceSession.create(model).then(session => {
  http.createServer((request, response) => {
    const parts = [];
    request.on('data', part => parts.push(part));
    request.on('end', async () => {
      try {
        const { data } = JSON.parse(Buffer.concat(parts)).inputs[0];
        const outputs = await session.run({ image: new ort.Tensor('float32', Float32Array.from(data), dimensions) });
        const scores = outputs.scores;
        const body = JSON.stringify({ outputs: [{ name: 'scores', datatype: 'FP32', shape: scores.dims, data: Array.from(scores.data) }] });
        response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
        response.end(body);
      } catch (error) {
        response.writeHead(400);
        response.end(JSON.stringify({ error: String(error) }));
      }
    });
  }).listen(Number(port), '127.0.0.1', () => console.log('listening'));
});
