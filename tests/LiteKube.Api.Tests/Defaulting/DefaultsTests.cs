using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Defaulting;
using LiteKube.Api.Schema;
using LiteKube.Api.Structure;
using LiteKube.Api.Tests.Schema;

namespace LiteKube.Api.Tests.Defaulting;

public class DefaultsTests
{
    private static void Check(string type, string given, string expected)
    {
        var schema = ApiSchema.Current.Type(type);
        var tree = JsonTree.Parse(Encoding.UTF8.GetBytes(given));
        Assert.Empty(StructureCheck.Normalize(tree, schema));
        Defaults.Apply(schema, tree);
        var want = JsonNode.Parse(expected);
        if (!JsonNode.DeepEquals(want, tree))
            Assert.Equal(want!.ToJsonString(), tree.ToJsonString());
        Assert.Empty(StructureCheck.Normalize(tree, schema));
        Defaults.Apply(schema, tree);
        Assert.True(JsonNode.DeepEquals(want, tree), "defaulting twice is defaulting once");
    }

    private const string ContainerDefaults = "\"terminationMessagePath\":\"/dev/termination-log\",\"terminationMessagePolicy\":\"File\"";
    private const string PodSpecDefaults = "\"restartPolicy\":\"Always\",\"dnsPolicy\":\"ClusterFirst\",\"securityContext\":{},\"terminationGracePeriodSeconds\":30,\"schedulerName\":\"default-scheduler\"";

    [Fact]
    public void Pod() => Check(
        "core.v1.Pod",
        """
        {"spec":{"serviceAccountName":"x","hostNetwork":true,
          "containers":[{"name":"a","image":"a","resources":{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m"}},
            "ports":[{"containerPort":80},{"containerPort":81,"hostPort":82,"protocol":"UDP"}],
            "env":[{"name":"X","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},{"name":"Y","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu"}}}],
            "livenessProbe":{"httpGet":{"port":80},"timeoutSeconds":0},"readinessProbe":{"grpc":{"port":1},"periodSeconds":2},
            "lifecycle":{"preStop":{"httpGet":{"port":1,"path":"/x"}}}}],
          "volumes":[{"name":"e"},{"name":"s","secret":{"secretName":"s"}},{"name":"h","hostPath":{"path":"/"}},
            {"name":"p","projected":{"sources":[{"serviceAccountToken":{"path":"t"}},{"downwardAPI":{"items":[{"path":"l","fieldRef":{"fieldPath":"metadata.labels"}}]}}]}}]}}
        """,
        """
        {"spec":{"serviceAccountName":"x","serviceAccount":"x","hostNetwork":true,
          "containers":[{"name":"a","image":"a","imagePullPolicy":"Always",CONTAINER,"resources":{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m","memory":"1Gi"}},
            "ports":[{"containerPort":80,"hostPort":80,"protocol":"TCP"},{"containerPort":81,"hostPort":82,"protocol":"UDP"}],
            "env":[{"name":"X","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}},{"name":"Y","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","divisor":"0"}}}],
            "livenessProbe":{"httpGet":{"port":80,"path":"/","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
            "readinessProbe":{"grpc":{"port":1,"service":""},"timeoutSeconds":1,"periodSeconds":2,"successThreshold":1,"failureThreshold":3},
            "lifecycle":{"preStop":{"httpGet":{"port":1,"path":"/x","scheme":"HTTP"}}}}],
          "volumes":[{"name":"e","emptyDir":{}},{"name":"s","secret":{"secretName":"s","defaultMode":420}},{"name":"h","hostPath":{"path":"/","type":""}},
            {"name":"p","projected":{"defaultMode":420,"sources":[{"serviceAccountToken":{"path":"t","expirationSeconds":3600}},{"downwardAPI":{"items":[{"path":"l","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.labels"}}]}}]}}],
          POD,"enableServiceLinks":true}}
        """.Replace("CONTAINER", ContainerDefaults).Replace("POD", PodSpecDefaults));

    [Theory]
    [InlineData("web", "Always")]
    [InlineData("web:latest", "Always")]
    [InlineData("web:1", "IfNotPresent")]
    [InlineData("host:5000/web", "Always")]
    [InlineData("host:5000/web:1", "IfNotPresent")]
    [InlineData("web@sha256:0123", "IfNotPresent")]
    public void ImagePullPolicy_FollowsTheTag(string image, string policy) => Check(
        "core.v1.Container",
        $$"""{"name":"a","image":"{{image}}"}""",
        $$"""{"name":"a","image":"{{image}}","imagePullPolicy":"{{policy}}","resources":{},{{ContainerDefaults}}}""");

    [Fact]
    public void Deployment_KeepsZeroReplicas_TemplateGetsNoPodOnlyDefaults() => Check(
        "apps.v1.Deployment",
        """{"spec":{"replicas":0,"strategy":{"rollingUpdate":{"maxSurge":1}},"template":{"spec":{"containers":[{"name":"a","image":"a:1","resources":{"limits":{"cpu":"1"}}}]}}}}""",
        """{"spec":{"replicas":0,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":"25%"}},"revisionHistoryLimit":10,"progressDeadlineSeconds":600,"template":{"spec":{"containers":[{"name":"a","image":"a:1","imagePullPolicy":"IfNotPresent","resources":{"limits":{"cpu":"1"}},CONTAINER}],POD}}}}"""
            .Replace("CONTAINER", ContainerDefaults).Replace("POD", PodSpecDefaults));

    [Theory]
    [InlineData("apps.v1.Deployment", """{"spec":{"strategy":{"type":"Recreate"}}}""", """{"spec":{"replicas":1,"strategy":{"type":"Recreate"},"revisionHistoryLimit":10,"progressDeadlineSeconds":600}}""")]
    [InlineData("apps.v1.StatefulSet", """{"spec":{"volumeClaimTemplates":[{"spec":{}}]}}""", """{"spec":{"replicas":1,"podManagementPolicy":"OrderedReady","updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0}},"revisionHistoryLimit":10,"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Retain","whenScaled":"Retain"},"volumeClaimTemplates":[{"spec":{"volumeMode":"Filesystem"},"status":{"phase":"Pending"}}]}}""")]
    [InlineData("apps.v1.DaemonSet", """{"spec":{}}""", """{"spec":{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":0}},"revisionHistoryLimit":10}}""")]
    [InlineData("batch.v1.CronJob", """{"spec":{"jobTemplate":{"spec":{}}}}""", """{"spec":{"concurrencyPolicy":"Allow","suspend":false,"successfulJobsHistoryLimit":3,"failedJobsHistoryLimit":1,"jobTemplate":{"spec":{}}}}""")]
    [InlineData("batch.v1.Job", """{"spec":{"parallelism":2,"template":{"metadata":{"labels":{"a":"b"}}}}}""", """{"metadata":{"labels":{"a":"b"}},"spec":{"parallelism":2,"backoffLimit":6,"completionMode":"NonIndexed","suspend":false,"manualSelector":false,"podReplacementPolicy":"TerminatingOrFailed","template":{"metadata":{"labels":{"a":"b"}}}}}""")]
    [InlineData("core.v1.Service", """{"spec":{"ports":[{"port":80},{"port":81,"targetPort":0},{"port":82,"targetPort":"x"}]}}""", """{"spec":{"type":"ClusterIP","sessionAffinity":"None","internalTrafficPolicy":"Cluster","ports":[{"port":80,"targetPort":80,"protocol":"TCP"},{"port":81,"targetPort":81,"protocol":"TCP"},{"port":82,"targetPort":"x","protocol":"TCP"}]}}""")]
    [InlineData("core.v1.Service", """{"spec":{"type":"LoadBalancer","sessionAffinity":"ClientIP"}}""", """{"spec":{"type":"LoadBalancer","sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10800}},"externalTrafficPolicy":"Cluster","internalTrafficPolicy":"Cluster","allocateLoadBalancerNodePorts":true}}""")]
    [InlineData("core.v1.Service", """{"spec":{"type":"ExternalName","externalName":"x"}}""", """{"spec":{"type":"ExternalName","externalName":"x","sessionAffinity":"None"}}""")]
    [InlineData("core.v1.Secret", """{"type":""}""", """{"type":"Opaque"}""")]
    [InlineData("core.v1.Namespace", """{"metadata":{"name":"x"}}""", """{"metadata":{"name":"x","labels":{"kubernetes.io/metadata.name":"x"}}}""")]
    [InlineData("core.v1.LimitRange", """{"spec":{"limits":[{"type":"Container","max":{"cpu":"2"},"min":{"memory":"1Mi"}},{"type":"Pod","max":{"cpu":"2"}}]}}""", """{"spec":{"limits":[{"type":"Container","max":{"cpu":"2"},"min":{"memory":"1Mi"},"default":{"cpu":"2"},"defaultRequest":{"cpu":"2","memory":"1Mi"}},{"type":"Pod","max":{"cpu":"2"}}]}}""")]
    [InlineData("core.v1.Node", """{"spec":{"podCIDR":"10.0.0.0/24"},"status":{"capacity":{"cpu":"2"}}}""", """{"spec":{"podCIDR":"10.0.0.0/24","podCIDRs":["10.0.0.0/24"]},"status":{"capacity":{"cpu":"2"},"allocatable":{"cpu":"2"}}}""")]
    [InlineData("rbac.v1.RoleBinding", """{"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"},{"kind":"ServiceAccount","name":"s","namespace":"n"}]}""", """{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u","apiGroup":"rbac.authorization.k8s.io"},{"kind":"ServiceAccount","name":"s","namespace":"n"}]}""")]
    [InlineData("networking.v1.NetworkPolicy", """{"spec":{"podSelector":{},"egress":[{"ports":[{"port":1}]}]}}""", """{"spec":{"podSelector":{},"egress":[{"ports":[{"port":1,"protocol":"TCP"}]}],"policyTypes":["Ingress","Egress"]}}""")]
    [InlineData("apiextensions.v1.CustomResourceDefinition", """{"spec":{"names":{"kind":"Foo","plural":"foos"}}}""", """{"spec":{"names":{"kind":"Foo","plural":"foos","singular":"foo","listKind":"FooList"},"conversion":{"strategy":"None"}}}""")]
    [InlineData("autoscaling.v2.HorizontalPodAutoscaler", """{"spec":{"behavior":{"scaleDown":{"stabilizationWindowSeconds":1}},"metrics":[{"type":"Pods"}]}}""", """{"spec":{"minReplicas":1,"metrics":[{"type":"Pods"}],"behavior":{"scaleDown":{"stabilizationWindowSeconds":1,"selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]},"scaleUp":{"stabilizationWindowSeconds":0,"selectPolicy":"Max","policies":[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]}}}}""")]
    [InlineData("core.v1.Service", """{"spec":{"externalIPs":["1.2.3.4"]}}""", """{"spec":{"externalIPs":["1.2.3.4"],"type":"ClusterIP","sessionAffinity":"None","externalTrafficPolicy":"Cluster","internalTrafficPolicy":"Cluster"}}""")]
    [InlineData("apps.v1.StatefulSetUpdateStrategy", """{"type":"RollingUpdate"}""", """{"type":"RollingUpdate"}""")]
    [InlineData("core.v1.Volume", """{"name":"v","image":{"reference":"a"}}""", """{"name":"v","image":{"reference":"a","pullPolicy":"Always"}}""")]
    [InlineData("flowcontrol.v1.FlowSchema", """{"spec":{"matchingPrecedence":0}}""", """{"spec":{"matchingPrecedence":1000}}""")]
    [InlineData("coordination.v1.Lease", """{"spec":{}}""", """{"spec":{}}""")]
    [InlineData("autoscaling.v1.Scale", """{"spec":{}}""", """{"spec":{}}""")]
    public void Kinds(string type, string given, string expected) => Check(type, given, expected);

    [Fact]
    public void PodLevelRequests_AreThoseOfTheContainersTogether() => Assert.Equal(
        """{"limits":{"cpu":"4","memory":"1Gi"},"requests":{"cpu":"3","memory":"1Gi"}}""",
        Defaulted("""{"spec":{"resources":{"limits":{"cpu":"4","memory":"1Gi"}},"initContainers":[{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}},{"name":"i","resources":{"requests":{"cpu":"2"}}}],"containers":[{"name":"a","resources":{"requests":{"cpu":"500m"}}}]}}""")["spec"]!["resources"]!.ToJsonString());

    private static JsonObject Defaulted(string pod)
    {
        var tree = JsonTree.Parse(Encoding.UTF8.GetBytes(pod));
        Defaults.Apply(ApiSchema.Current.Find("", "v1", "pods")!, tree);
        return tree;
    }

    [Fact]
    public void PrepareForCreate_SetsWhatOnlyCreationSets()
    {
        Assert.Equal("""{"spec":{"containers":[{"resources":{"limits":{"cpu":"1","memory":"1"},"requests":{"cpu":"1","memory":"1"}}}]},"status":{"phase":"Pending","qosClass":"Guaranteed"}}""",
            Prepared("pods", """{"spec":{"containers":[{"resources":{"limits":{"cpu":"1","memory":"1"},"requests":{"cpu":"1","memory":"1"}}}]},"status":{"podIP":"1.2.3.4"}}"""));
        Assert.Contains("\"BestEffort\"", Prepared("pods", """{"spec":{"containers":[{}]}}"""));
        Assert.Contains("\"Burstable\"", Prepared("pods", """{"spec":{"containers":[{"resources":{"limits":{"cpu":"1","memory":"1"}}},{}]}}"""));
        Assert.Equal("""{"metadata":{"name":"x"},"status":{"phase":"Active"},"spec":{"finalizers":["kubernetes"]}}""", Prepared("namespaces", """{"metadata":{"name":"x"}}"""));
    }

    [Fact]
    public void Samples_OfEveryKind_KeepAllThatIsGiven()
    {
        foreach (var kind in ApiSchema.Current.Kinds)
        {
            var sample = Samples.Of(kind.Type);
            var given = sample.DeepClone();
            Defaults.Apply(kind, sample);
            AssertKept(given, sample, kind.Resource.Plural);
            Assert.Empty(StructureCheck.Normalize(sample, kind.Type));
        }
    }

    private static void AssertKept(JsonNode? given, JsonNode? actual, string path)
    {
        if (given is JsonObject members)
            foreach (var (name, value) in members)
            {
                if (name is not ("serviceAccount" or "podIPs"))
                    AssertKept(value, actual![name], path + "." + name);
            }
        else if (given is JsonArray list)
            for (var i = 0; i < list.Count; i++)
                AssertKept(list[i], actual![i], path + "[]");
        else
            Assert.True(JsonNode.DeepEquals(given, actual), $"{path}: {given} became {actual}");
    }

    private static string Prepared(string plural, string json)
    {
        var tree = JsonTree.Parse(Encoding.UTF8.GetBytes(json));
        Defaults.PrepareForCreate(ApiSchema.Current.Find("", "v1", plural)!, tree);
        return tree.ToJsonString();
    }
}
