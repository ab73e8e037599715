// node server.js MODEL PORT: the plainest server of one ONNX file that answers like ours, for comparison.
const fastify = require('fastify')();
const ort = require('onnxruntime-node');

const [, , model, port] = process.argv;

ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 }).then(async (session) => {
  fastify.get('/', async () => 'up');
  fastify.post('/v2/models/:model/infer', async (request) => {
    const { shape, data } = request.body.inputs[0];
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.from(data), shape) });
    return {
      model_name: request.params.model,
      model_version: '1',
      outputs: [{ name: 'y', shape: y.dims, datatype: 'FP32', data: Array.from(y.data) }],
    };
  });
  await fastify.listen({ host: '127.0.0.1', port: Number(port) });
});
