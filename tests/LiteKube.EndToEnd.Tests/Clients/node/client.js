// A client of the Kubernetes API written against @kubernetes/client-node.
//   node client.js KUBECONFIG NAMESPACE watch          prints what an informer tells about ConfigMaps until one named "end" appears
//   node client.js KUBECONFIG NAMESPACE write PREFIX   creates, replaces, patches and deletes ConfigMaps
import * as k8s from '@kubernetes/client-node';

const [kubeconfig, namespace, verb, prefix] = process.argv.slice(2);
const config = new k8s.KubeConfig();
config.loadFromFile(kubeconfig);
const api = config.makeApiClient(k8s.CoreV1Api);

async function watch() {
  const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () => api.listNamespacedConfigMap({ namespace }));
  let finish;
  const end = new Promise((resolve) => { finish = resolve; });
  const tell = (event) => (object) => {
    console.log(event, object.metadata.name, object.metadata.resourceVersion, object.data?.value ?? '');
    if (object.metadata.name === 'end') finish();
  };
  informer.on('add', tell('ADDED'));
  informer.on('update', tell('MODIFIED'));
  informer.on('delete', tell('DELETED'));
  informer.on('error', (error) => { console.error(error); process.exit(1); });
  await informer.start();
  console.log('SYNCED');
  await end;
}

async function write() {
  for (let i = 0; i < 5; i++) {
    const name = `${prefix}-${i}`;
    const made = await api.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels: { by: prefix } }, data: { value: 'one' } } });
    made.data.value = 'two';
    await api.replaceNamespacedConfigMap({ namespace, name, body: made });
    await api.patchNamespacedConfigMap({ namespace, name, body: [{ op: 'replace', path: '/data/value', value: 'three' }] });
    if (i % 2 === 0) await api.deleteNamespacedConfigMap({ namespace, name });
  }
  const list = await api.listNamespacedConfigMap({ namespace, labelSelector: `by=${prefix}` });
  console.log(list.items.map((item) => item.metadata.name).join(' '));
}

await (verb === 'write' ? write() : watch());
process.exit(0);
