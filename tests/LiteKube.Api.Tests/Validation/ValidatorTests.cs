using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Defaulting;
using LiteKube.Api.Schema;
using LiteKube.Api.Structure;
using LiteKube.Api.Validation;

namespace LiteKube.Api.Tests.Validation;

public class ValidatorTests
{
    internal static KindSchema Kind(string type) => ApiSchema.Current.Kinds.First(k => k.Type.Name == type);

    internal static JsonObject Tree(string type, string yaml)
    {
        var tree = Yaml.ToTree(Encoding.UTF8.GetBytes(yaml));
        var kind = Kind(type);
        Assert.Empty(StructureCheck.Normalize(tree, kind.Type));
        Defaults.Apply(kind, tree);
        if (!tree.ContainsKey("metadata"))
            tree["metadata"] = new JsonObject();
        var metadata = tree["metadata"]!.AsObject();
        if (!metadata.ContainsKey("name"))
            metadata["name"] = "x";
        if (kind.Resource.Namespaced && !metadata.ContainsKey("namespace"))
            metadata["namespace"] = "default";
        metadata["uid"] = "0123";
        Defaults.PrepareForCreate(kind, tree);
        return tree;
    }

    private static string[] Create(string type, string yaml) => [.. Validator.ValidateCreate(Kind(type), Tree(type, yaml)).Select(e => e.ToString())];

    private static string[] Update(string type, string before, string after) =>
        [.. Validator.ValidateUpdate(Kind(type), Tree(type, after), Tree(type, before)).Select(e => e.ToString())];

    private const string Template = "template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}";

    public static TheoryData<string, string> Valid => new()
    {
        { "core.v1.Pod", "spec: {containers: [{name: a, image: b}]}" },
        { "core.v1.Pod", "spec: {securityContext: {sysctls: [{name: safe-and_unsafe, value: '1'}, {name: net.ipv4.conf.eth0/1.x, value: '1'}]}, containers: [{name: a, image: b}]}" },
        { "networking.v1.IPAddress", "{metadata: {name: '2001:db8::1'}, spec: {parentRef: {group: gateway.networking.k8s.io, resource: gateways, name: s}}}" },
        { "networking.v1.ServiceCIDR", "spec: {cidrs: [10.9.8.0/24, '2001:db8::/64']}" },
        { "core.v1.Pod", """
            spec:
              volumes: [{name: v}, {name: c, configMap: {name: c, items: [{key: k, path: a/b}]}}, {name: t, projected: {sources: [{serviceAccountToken: {path: token}}, {configMap: {name: kube-root-ca.crt}}]}}]
              initContainers: [{name: i, image: b}, {name: s, image: b, restartPolicy: Always, startupProbe: {tcpSocket: {port: 1}}}]
              containers:
              - name: a
                image: b
                ports: [{containerPort: 80, name: http}, {containerPort: 80, protocol: UDP}]
                env: [{name: A}, {name: B, valueFrom: {fieldRef: {fieldPath: "metadata.labels['a/b']"}}}, {name: C, valueFrom: {secretKeyRef: {name: s, key: k.x}}}]
                envFrom: [{configMapRef: {name: c}, prefix: P_}]
                volumeMounts: [{name: v, mountPath: /v, subPath: x}, {name: c, mountPath: /c, readOnly: true}, {name: t, mountPath: /t}]
                livenessProbe: {httpGet: {port: http}}
                readinessProbe: {exec: {command: ["true"]}, successThreshold: 2}
                lifecycle: {preStop: {sleep: {seconds: 1}}}
                resources: {limits: {cpu: 1, memory: 1Gi, example.com/gpu: 1}, requests: {cpu: 500m, example.com/gpu: 1}}
                securityContext: {runAsUser: 0, capabilities: {add: [NET_ADMIN]}}
              tolerations: [{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 300}, {operator: Exists}]
              affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {a: b}}}}]}}
              topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]
              nodeSelector: {kubernetes.io/os: linux}
              dnsPolicy: None
              dnsConfig: {nameservers: [10.43.0.10], options: [{name: ndots, value: "5"}]}
            """ },
        { "apps.v1.Deployment", "spec: {selector: {matchLabels: {a: b}}, " + Template + "}" },
        { "apps.v1.ReplicaSet", "spec: {selector: {matchLabels: {a: b}}, " + Template + "}" },
        { "apps.v1.DaemonSet", "spec: {selector: {matchLabels: {a: b}}, " + Template + "}" },
        { "apps.v1.StatefulSet", "spec: {serviceName: s, selector: {matchLabels: {a: b}}, " + Template + ", volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}" },
        { "core.v1.ReplicationController", "spec: {" + Template + "}" },
        { "batch.v1.Job", "spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}" },
        { "batch.v1.CronJob", "spec: {schedule: '*/5 0-12 * jan,feb mon-fri', jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: c, image: i}]}}}}}" },
        { "core.v1.Service", "spec: {selector: {a: b}, ports: [{port: 80, name: a, targetPort: http}, {port: 80, protocol: UDP, name: b}]}" },
        { "core.v1.Service", "spec: {clusterIP: None}" },
        { "core.v1.Service", "spec: {type: NodePort, ports: [{port: 80, nodePort: 30000}]}" },
        { "core.v1.Service", "spec: {type: ExternalName, externalName: example.com}" },
        { "core.v1.ConfigMap", "data: {a.b_c-d: x}" },
        { "core.v1.Secret", "type: kubernetes.io/tls\ndata: {tls.crt: '', tls.key: ''}" },
        { "core.v1.Namespace", "{}" },
        { "core.v1.ServiceAccount", "{}" },
        { "core.v1.Endpoints", "subsets: [{addresses: [{ip: 1.2.3.4}], ports: [{port: 80}]}]" },
        { "core.v1.Node", "spec: {taints: [{key: a, effect: NoSchedule}], podCIDR: 10.0.0.0/24}" },
        { "core.v1.Event", "involvedObject: {}" },
        { "core.v1.LimitRange", "spec: {limits: [{type: Container, max: {cpu: 2}, min: {cpu: 1}, default: {cpu: 2}, defaultRequest: {cpu: 1}}]}" },
        { "core.v1.ResourceQuota", "spec: {hard: {pods: 10, requests.cpu: 1}}" },
        { "core.v1.PersistentVolume", "spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /x}}" },
        { "core.v1.PersistentVolumeClaim", "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}" },
        { "rbac.v1.Role", "metadata: {name: 'system:a:b'}\nrules: [{apiGroups: [''], resources: [pods], verbs: [get]}]" },
        { "rbac.v1.ClusterRole", "rules: [{nonResourceURLs: ['*'], verbs: ['*']}]" },
        { "rbac.v1.ClusterRole", "aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}" },
        { "rbac.v1.ClusterRoleBinding", "roleRef: {kind: ClusterRole, name: r}\nsubjects: [{kind: User, name: u}, {kind: ServiceAccount, name: s, namespace: ns}]" },
        { "networking.v1.Ingress", "spec: {rules: [{host: '*.a.b', http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: s, port: {number: 80}}}}]}}]}" },
        { "networking.v1.NetworkPolicy", "spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {podSelector: {}}], ports: [{port: 80, endPort: 90}]}]}" },
        { "networking.v1.IngressClass", "spec: {controller: example.com/x}" },
        { "policy.v1.PodDisruptionBudget", "spec: {minAvailable: 50%, selector: {matchLabels: {a: b}}}" },
        { "autoscaling.v2.HorizontalPodAutoscaler", "spec: {maxReplicas: 3, scaleTargetRef: {kind: Deployment, name: d}}" },
        { "coordination.v1.Lease", "spec: {leaseDurationSeconds: 40, holderIdentity: x}" },
        { "discovery.v1.EndpointSlice", "addressType: IPv4\nendpoints: [{addresses: [1.2.3.4]}]\nports: [{port: 80}]" },
        { "scheduling.v1.PriorityClass", "value: 1000" },
        { "storage.v1.StorageClass", "provisioner: example.com/x" },
        { "node.v1.RuntimeClass", "handler: runc" },
        { "storage.v1.CSIDriver", "spec: {}" },
        { "apiextensions.v1.CustomResourceDefinition", "metadata: {name: foos.example.com}\nspec: {group: example.com, scope: Namespaced, names: {plural: foos, kind: Foo}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}" },
        { "apiregistration.v1.APIService", "metadata: {name: v1.example.com}\nspec: {group: example.com, version: v1, groupPriorityMinimum: 100, versionPriority: 100}" },
        { "admissionregistration.v1.ValidatingWebhookConfiguration", "webhooks: [{name: a.b.c, sideEffects: None, admissionReviewVersions: [v1], clientConfig: {service: {name: s, namespace: ns}}, rules: [{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*']}]}]" },
        { "certificates.v1.CertificateSigningRequest", $"spec: {{request: {Convert.ToBase64String("-----BEGIN CERTIFICATE REQUEST-----\n"u8)}, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}}" },
        { "flowcontrol.v1.PriorityLevelConfiguration", "spec: {type: Limited, limited: {limitResponse: {type: Reject}}}" },
    };

    [Theory]
    [MemberData(nameof(Valid))]
    public void Create_Valid_HasNoErrors(string type, string yaml)
    {
        Assert.Empty(Create(type, yaml));
        Assert.Empty(Update(type, yaml, yaml));
    }

    private const string SubdomainWords = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    [Theory]
    [InlineData("core.v1.Pod", "metadata: {name: Foo}\nspec: {containers: [{name: a, image: b}]}", "metadata.name: Invalid value: \"Foo\": " + SubdomainWords)]
    [InlineData("core.v1.ConfigMap", "metadata: {name: ''}", "metadata.name: Required value: name or generateName is required")]
    [InlineData("core.v1.ConfigMap", "metadata: {finalizers: [x]}", "metadata.finalizers: Invalid value: \"x\": name is neither a standard finalizer name nor is it fully qualified")]
    [InlineData("core.v1.ConfigMap", "metadata: {ownerReferences: [{kind: a, name: b, uid: c}]}", "metadata.ownerReferences[0].apiVersion: Invalid value: \"\": version must not be empty")]
    [InlineData("core.v1.Node", "metadata: {namespace: x}", "metadata.namespace: Forbidden: not allowed on this type")]
    [InlineData("core.v1.Pod", "{}", "spec.containers: Required value")]
    [InlineData("core.v1.Pod", "spec: {}", "spec.containers: Required value")]
    [InlineData("core.v1.Pod", "spec: {containers: [{}]}", "spec.containers[0].name: Required value", "spec.containers[0].image: Required value")]
    [InlineData("core.v1.Pod", "spec: {securityContext: {sysctls: [{name: foo-, value: a}, {name: kernel.shm_rmid_forced, value: '1'}, {name: net/ipv4/x, value: '1'}, {name: bar.., value: b}, {name: net.ipv4.x, value: '2'}]}, containers: [{name: a, image: b}]}",
        "spec.securityContext.sysctls[0].name: Invalid value: \"foo-\": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$",
        "spec.securityContext.sysctls[3].name: Invalid value: \"bar..\": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$",
        "spec.securityContext.sysctls[4].name: Duplicate value: \"net.ipv4.x\"")]
    [InlineData("networking.v1.IPAddress", "{metadata: {name: 192.168.2.007}, spec: {parentRef: {group: '', resource: services, name: s, namespace: ns}}}", "metadata.name: Invalid value: \"192.168.2.007\": must be a valid IP address in canonical form")]
    [InlineData("networking.v1.IPAddress", "{metadata: {name: '2001:db8:0::1'}, spec: {parentRef: {resource: services}}}", "metadata.name: Invalid value: \"2001:db8:0::1\": must be a valid IP address in canonical form", "spec.parentRef.name: Required value")]
    [InlineData("networking.v1.ServiceCIDR", "spec: {cidrs: [10.9.8.1/24]}", "spec.cidrs[0]: Invalid value: \"10.9.8.1/24\": must be in canonical form (\"10.9.8.0/24\")")]
    [InlineData("networking.v1.ServiceCIDR", "spec: {cidrs: [10.9.8.0/24, 10.9.9.0/24]}", "spec.cidrs: Invalid value: [\"10.9.8.0/24\",\"10.9.9.0/24\"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64")]
    [InlineData("networking.v1.ServiceCIDR", "spec: {cidrs: []}", "spec.cidrs: Required value: at least one CIDR required")]
    [InlineData("core.v1.Pod", "spec: {containers: [{name: a, image: b}, {name: a, image: b}]}", "spec.containers[1].name: Duplicate value: \"a\"")]
    [InlineData("core.v1.Pod", "spec: {restartPolicy: Sometimes, containers: [{name: a, image: b}]}", "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\"")]
    [InlineData("core.v1.Pod", "spec: {containers: [{name: a, image: b, volumeMounts: [{name: v, mountPath: /x}]}]}", "spec.containers[0].volumeMounts[0].name: Not found: \"v\"")]
    [InlineData("core.v1.Pod", "spec: {containers: [{name: a, image: b, resources: {limits: {cpu: 1}, requests: {cpu: 2}}}]}", "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1")]
    [InlineData("core.v1.Pod", "spec: {containers: [{name: a, image: b, resources: {limits: {gpu: 1}}}]}", "spec.containers[0].resources.limits[gpu]: Invalid value: \"gpu\": must be a standard resource for containers", "spec.containers[0].resources.requests[gpu]: Invalid value: \"gpu\": must be a standard resource for containers")]
    [InlineData("core.v1.Pod", "spec: {containers: [{name: a, image: b, ports: [{containerPort: 70000, protocol: X}]}]}", "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive", "spec.containers[0].ports[0].protocol: Unsupported value: \"X\": supported values: \"SCTP\", \"TCP\", \"UDP\"")]
    [InlineData("core.v1.Pod", "spec: {containers: [{name: a, image: b, livenessProbe: {}}]}", "spec.containers[0].livenessProbe: Required value: must specify a handler type")]
    [InlineData("core.v1.Pod", "spec: {containers: [{name: a, image: b, livenessProbe: {tcpSocket: {port: 1}, exec: {command: [x]}, successThreshold: 2}}]}", "spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type", "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1")]
    [InlineData("core.v1.Pod", "spec: {containers: [{name: a, image: b, readinessProbe: {httpGet: {path: /}}}]}", "spec.containers[0].readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("core.v1.Pod", "spec: {volumes: [{name: v, emptyDir: {}, hostPath: {path: /}}], containers: [{name: a, image: b}]}", "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type")]
    [InlineData("core.v1.Pod", "spec: {containers: [{name: a, image: b, env: [{name: A=B}]}]}", "spec.containers[0].env[0].name: Invalid value: \"A=B\": a valid environment variable name must consist only of printable ASCII characters other than '='")]
    [InlineData("core.v1.Pod", "spec: {containers: [{name: a, image: b, env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.foo}}}]}]}", "spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when `value` is not empty", "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: \"metadata.foo\": supported values: \"metadata.name\", \"metadata.namespace\", \"metadata.uid\", \"spec.nodeName\", \"spec.serviceAccountName\", \"status.hostIP\", \"status.hostIPs\", \"status.podIP\", \"status.podIPs\"")]
    [InlineData("core.v1.Pod", "spec: {containers: [{name: a, image: b}], tolerations: [{key: a, operator: Exists, value: x}]}", "spec.tolerations[0].operator: Invalid value: {\"key\":\"a\",\"operator\":\"Exists\",\"value\":\"x\"}: value must be empty when `operator` is 'Exists'")]
    [InlineData("core.v1.Pod", "spec: {dnsPolicy: None, containers: [{name: a, image: b}]}", "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None")]
    [InlineData("core.v1.Pod", "spec: {initContainers: [{name: i, image: b, livenessProbe: {exec: {command: [x]}}}], containers: [{name: a, image: b}]}", "spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always")]
    [InlineData("core.v1.Pod", "spec: {hostNetwork: true, containers: [{name: a, image: b, ports: [{containerPort: 1, hostPort: 2}, {containerPort: 2}]}]}", "spec.containers[0].ports[0].hostPort: Invalid value: 2: must match `containerPort` when `hostNetwork` is true", "spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//2\"")]
    [InlineData("apps.v1.Deployment", "spec: {" + Template + "}", "spec.selector: Required value")]
    [InlineData("apps.v1.Deployment", "spec: {selector: {}, " + Template + "}", "spec.selector: Invalid value: {}: empty selector is invalid for deployment")]
    [InlineData("apps.v1.Deployment", "spec: {replicas: -1, selector: {matchLabels: {x: z}}, " + Template + "}", "spec.replicas: Invalid value: -1: must be greater than or equal to 0", "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`")]
    [InlineData("apps.v1.Deployment", "spec: {strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}, selector: {matchLabels: {a: b}}, " + Template + "}", "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"0%\": may not be 0 when `maxSurge` is 0")]
    [InlineData("apps.v1.StatefulSet", "spec: {podManagementPolicy: X, selector: {matchLabels: {a: b}}, " + Template + "}", "spec.podManagementPolicy: Unsupported value: \"X\": supported values: \"OrderedReady\", \"Parallel\"")]
    [InlineData("apps.v1.ReplicaSet", "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}", "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"")]
    [InlineData("batch.v1.Job", "spec: {template: {spec: {containers: [{name: c, image: i}]}}}", "spec.template.spec.restartPolicy: Unsupported value: \"Always\": supported values: \"OnFailure\", \"Never\"")]
    [InlineData("batch.v1.CronJob", "spec: {schedule: '61 * * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}", "spec.schedule: Invalid value: \"61 * * * *\": failed to parse minute field \"61\"")]
    [InlineData("core.v1.Service", "spec: {}", "spec.ports: Required value")]
    [InlineData("core.v1.Service", "spec: {ports: [{port: 0, targetPort: 1}, {port: 80, nodePort: 30000}]}", "spec.ports[0].name: Required value", "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive", "spec.ports[1].name: Required value", "spec.ports[1].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'")]
    [InlineData("core.v1.Service", "spec: {clusterIP: 10.0.0.300, ports: [{port: 80}]}", "spec.clusterIPs[0]: Invalid value: \"10.0.0.300\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("core.v1.Service", "metadata: {name: 1a}\nspec: {ports: [{port: 80}]}", "metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')")]
    [InlineData("core.v1.ConfigMap", "data: {a/b: x}", "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")]
    [InlineData("core.v1.Secret", "type: kubernetes.io/tls", "data[tls.crt]: Required value", "data[tls.key]: Required value")]
    [InlineData("rbac.v1.Role", "rules: [{resources: [pods]}]", "rules[0].verbs: Required value: verbs must contain at least one value", "rules[0].apiGroups: Required value: resource rules must supply at least one api group")]
    [InlineData("rbac.v1.RoleBinding", "roleRef: {kind: X, name: r}", "roleRef.kind: Unsupported value: \"X\": supported values: \"ClusterRole\", \"Role\"")]
    [InlineData("networking.v1.Ingress", "spec: {}", "spec: Invalid value: []: either `defaultBackend` or `rules` must be specified")]
    [InlineData("networking.v1.NetworkPolicy", "spec: {podSelector: {}, ingress: [{from: [{}]}]}", "spec.ingress[0].from[0]: Required value: must specify a peer")]
    [InlineData("policy.v1.PodDisruptionBudget", "spec: {minAvailable: x}", "spec.minAvailable: Invalid value: \"x\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')")]
    [InlineData("autoscaling.v2.HorizontalPodAutoscaler", "spec: {maxReplicas: 1, minReplicas: 2, scaleTargetRef: {kind: D, name: d}}", "spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`")]
    [InlineData("core.v1.PersistentVolumeClaim", "spec: {}", "spec.accessModes: Required value: at least 1 access mode is required", "spec.resources[storage]: Required value")]
    [InlineData("coordination.v1.Lease", "spec: {leaseDurationSeconds: 0}", "spec.leaseDurationSeconds: Invalid value: 0: must be greater than or equal to 1")]
    [InlineData("core.v1.LimitRange", "spec: {limits: [{type: Container, max: {cpu: 1}, min: {cpu: 2}, default: {cpu: 1}, defaultRequest: {cpu: 1}}]}", "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1", "spec.limits[0].defaultRequest[cpu]: Invalid value: \"1\": min value 2 is greater than default request value 1", "spec.limits[0].default[cpu]: Invalid value: \"1\": min value 2 is greater than default value 1")]
    [InlineData("scheduling.v1.PriorityClass", "value: 2000000000", "value: Forbidden: maximum allowed value of a user defined priority is 1000000000")]
    [InlineData("node.v1.RuntimeClass", "{}", "handler: Required value")]
    public void Create_Invalid_NamesEveryError(string type, string yaml, params string[] errors) => Assert.Equal(errors, Create(type, yaml));

    private const string Pod = "spec: {containers: [{name: a, image: b}], tolerations: [{key: t, operator: Exists}], activeDeadlineSeconds: 10}";

    [Theory]
    [InlineData("core.v1.Pod", Pod, "spec: {containers: [{name: a, image: c}], tolerations: [{key: t, operator: Exists}, {key: u, operator: Exists}], activeDeadlineSeconds: 5}")]
    [InlineData("core.v1.Pod", Pod, "spec: {containers: [{name: a, image: b}], tolerations: [{key: t, operator: Exists}], activeDeadlineSeconds: 11}", "spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value")]
    [InlineData("core.v1.Pod", Pod, "spec: {containers: [{name: a, image: b}, {name: c, image: d}], tolerations: [{key: t, operator: Exists}], activeDeadlineSeconds: 10}", "spec.containers: Forbidden: pod updates may not add or remove containers")]
    [InlineData("core.v1.Pod", Pod, "spec: {containers: [{name: a, image: b}], activeDeadlineSeconds: 10}", "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds")]
    [InlineData("apps.v1.Deployment", "spec: {selector: {matchLabels: {a: b}}, " + Template + "}", "spec: {selector: {matchExpressions: [{key: a, operator: Exists}]}, " + Template + "}", "spec.selector: Invalid value: {\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Exists\"}]}: field is immutable")]
    [InlineData("core.v1.Service", "spec: {clusterIP: 10.43.0.1, ports: [{port: 80}]}", "spec: {clusterIP: 10.43.0.2, ports: [{port: 80}]}", "spec.clusterIPs[0]: Invalid value: \"10.43.0.2\": may not change once set")]
    [InlineData("core.v1.Service", "spec: {clusterIP: 10.43.0.1, ports: [{port: 80}]}", "spec: {type: ExternalName, externalName: a.b}")]
    [InlineData("core.v1.ConfigMap", "immutable: true\ndata: {a: b}", "immutable: true\ndata: {a: c}", "data: Forbidden: field is immutable when `immutable` is set")]
    [InlineData("core.v1.Secret", "type: Opaque", "type: other", "type: Invalid value: \"other\": field is immutable")]
    [InlineData("rbac.v1.RoleBinding", "roleRef: {kind: Role, name: r}", "roleRef: {kind: Role, name: s}", "roleRef: Invalid value: {\"kind\":\"Role\",\"name\":\"s\",\"apiGroup\":\"rbac.authorization.k8s.io\"}: cannot change roleRef")]
    [InlineData("scheduling.v1.PriorityClass", "value: 1", "value: 2", "value: Forbidden: may not be changed in an update.")]
    [InlineData("core.v1.PersistentVolumeClaim", "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}", "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}, volumeName: v}")]
    [InlineData("core.v1.PersistentVolumeClaim", "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}", "spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}", "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims")]
    [InlineData("storage.v1.StorageClass", "provisioner: a", "provisioner: b", "provisioner: Forbidden: updates to provisioner are forbidden.")]
    [InlineData("core.v1.ConfigMap", "metadata: {deletionTimestamp: 2024-01-01T00:00:00Z, finalizers: [a/b]}", "metadata: {deletionTimestamp: 2024-01-01T00:00:00Z, finalizers: [a/b, c/d]}", "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"c/d\"}")]
    public void Update_NamesWhatMayNotChange(string type, string before, string after, params string[] errors) => Assert.Equal(errors, Update(type, before, after));

    [Fact]
    public void PodUpdate_OfAnythingElse_SaysWhat()
    {
        var error = Assert.Single(Update("core.v1.Pod", Pod, Pod.Replace("image: b", "image: b, command: [x]")));
        Assert.StartsWith("spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`", error);
        Assert.EndsWith("changed: spec.containers", error);
    }

    [Fact]
    public void InvalidObject_IsTheStatusThatKubectlPrints()
    {
        var errors = Validator.ValidateCreate(Kind("apps.v1.Deployment"), Tree("apps.v1.Deployment", "spec: {replicas: -1, " + Template + "}"));
        var e = InvalidObject.Of(Kind("apps.v1.Deployment"), "x", errors);
        Assert.Equal("Deployment.apps \"x\" is invalid: [spec.selector: Required value, spec.replicas: Invalid value: -1: must be greater than or equal to 0]", string.Join("", e.Message));
        Assert.Equal(422, e.Status.Code);
        Assert.Equal(["FieldValueRequired spec.selector", "FieldValueInvalid spec.replicas"], e.Status.Details!.Causes.Select(c => $"{c.Reason} {c.Field}"));
        Assert.Equal("Deployment", e.Status.Details.Kind);
    }

    [Fact]
    public void Scale_IsValidatedAsABody() => Assert.Equal(
        ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
        Validator.Validate(ApiSchema.Current.Type("autoscaling.v1.Scale"), JsonTree.Parse("""{"spec":{"replicas":-1}}"""u8)).Select(e => e.ToString()));
}
