using System.Text.Json.Nodes;
using LiteKube.Api.Schema;

namespace LiteKube.ApiServer.Tests.Verbs;

/// <summary>The least that validation takes of each kind: the fields the schema requires, and by hand what no schema says.</summary>
internal static class MinimalObjects
{
    private const string Template = """{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}""";
    private const string JobTemplate = """{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}""";
    private const string Selector = """{"matchLabels":{"a":"b"}}""";

    private static readonly Dictionary<string, string> s_byHand = new()
    {
        ["pods"] = """{"spec":{"containers":[{"name":"c","image":"i"}]}}""",
        ["services"] = """{"spec":{"ports":[{"port":80}]}}""",
        ["replicationcontrollers"] = $$$"""{"spec":{"selector":{"a":"b"},"template":{{{Template}}}}}""",
        ["podtemplates"] = $$$"""{"template":{{{Template}}}}""",
        ["deployments.apps"] = $$$"""{"spec":{"selector":{{{Selector}}},"template":{{{Template}}}}}""",
        ["replicasets.apps"] = $$$"""{"spec":{"selector":{{{Selector}}},"template":{{{Template}}}}}""",
        ["daemonsets.apps"] = $$$"""{"spec":{"selector":{{{Selector}}},"template":{{{Template}}}}}""",
        ["statefulsets.apps"] = $$$"""{"spec":{"serviceName":"s","selector":{{{Selector}}},"template":{{{Template}}}}}""",
        ["controllerrevisions.apps"] = """{"revision":1,"data":{"x":1}}""",
        ["jobs.batch"] = $$$"""{"spec":{"template":{{{JobTemplate}}}}}""",
        ["cronjobs.batch"] = $$$$$"""{"spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{{{{{JobTemplate}}}}}}}}}""",
        ["events"] = """{"involvedObject":{"kind":"Pod","name":"p","namespace":"NS"}}""",
        ["events.events.k8s.io"] = """{"eventTime":"2026-01-01T00:00:00.000000Z","action":"a","reason":"r","type":"Normal","reportingController":"c","reportingInstance":"i","regarding":{"kind":"Pod","name":"p","namespace":"NS"}}""",
        ["limitranges"] = """{"spec":{"limits":[{"type":"Pod"}]}}""",
        ["persistentvolumes"] = """{"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/x"}}}""",
        ["persistentvolumeclaims"] = """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""",
        ["horizontalpodautoscalers.autoscaling"] = """{"spec":{"maxReplicas":2,"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"}}}""",
        ["leases.coordination.k8s.io"] = """{"spec":{"holderIdentity":"x"}}""",
        ["endpointslices.discovery.k8s.io"] = """{"addressType":"IPv4","endpoints":[]}""",
        ["ingresses.networking.k8s.io"] = """{"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}}""",
        ["ingressclasses.networking.k8s.io"] = """{"spec":{"controller":"example.com/x"}}""",
        ["networkpolicies.networking.k8s.io"] = """{"spec":{"podSelector":{}}}""",
        ["ipaddresses.networking.k8s.io"] = """{"spec":{"parentRef":{"resource":"services","name":"s","namespace":"default"}}}""",
        ["servicecidrs.networking.k8s.io"] = """{"spec":{"cidrs":["10.99.0.0/24"]}}""",
        ["poddisruptionbudgets.policy"] = """{"spec":{"minAvailable":1}}""",
        ["clusterrolebindings.rbac.authorization.k8s.io"] = """{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"}}""",
        ["rolebindings.rbac.authorization.k8s.io"] = """{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"}}""",
        ["clusterroles.rbac.authorization.k8s.io"] = """{"rules":[]}""",
        ["roles.rbac.authorization.k8s.io"] = """{"rules":[]}""",
        ["priorityclasses.scheduling.k8s.io"] = """{"value":5}""",
        ["runtimeclasses.node.k8s.io"] = """{"handler":"h"}""",
        ["storageclasses.storage.k8s.io"] = """{"provisioner":"example.com/p"}""",
        ["csidrivers.storage.k8s.io"] = """{"spec":{}}""",
        ["csinodes.storage.k8s.io"] = """{"spec":{"drivers":[]}}""",
        ["csistoragecapacities.storage.k8s.io"] = """{"storageClassName":"c"}""",
        ["volumeattachments.storage.k8s.io"] = """{"spec":{"attacher":"example.com","nodeName":"n","source":{"persistentVolumeName":"pv"}}}""",
        ["volumeattributesclasses.storage.k8s.io"] = """{"driverName":"example.com","parameters":{"a":"b"}}""",
        ["certificatesigningrequests.certificates.k8s.io"] = """{"spec":{"signerName":"example.com/s","usages":["client auth"],"request":"CSR"}}""",
        ["flowschemas.flowcontrol.apiserver.k8s.io"] = """{"spec":{"priorityLevelConfiguration":{"name":"x"},"matchingPrecedence":500}}""",
        ["prioritylevelconfigurations.flowcontrol.apiserver.k8s.io"] = """{"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":1,"limitResponse":{"type":"Reject"}}}}""",
        ["customresourcedefinitions.apiextensions.k8s.io"] = """{"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}""",
        ["apiservices.apiregistration.k8s.io"] = """{"spec":{"group":"example.com","version":"v1","groupPriorityMinimum":1000,"versionPriority":10}}""",
        ["validatingwebhookconfigurations.admissionregistration.k8s.io"] = """{"webhooks":[]}""",
        ["mutatingwebhookconfigurations.admissionregistration.k8s.io"] = """{"webhooks":[]}""",
        ["validatingadmissionpolicies.admissionregistration.k8s.io"] = """{"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["deployments"]}]},"validations":[{"expression":"true"}]}}""",
        ["validatingadmissionpolicybindings.admissionregistration.k8s.io"] = """{"spec":{"policyName":"p","validationActions":["Deny"]}}""",
        ["mutatingadmissionpolicies.admissionregistration.k8s.io"] = """{"spec":{"reinvocationPolicy":"Never","matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["deployments"]}]},"mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{}"}}]}}""",
        ["mutatingadmissionpolicybindings.admissionregistration.k8s.io"] = """{"spec":{"policyName":"p"}}""",
        ["deviceclasses.resource.k8s.io"] = """{"spec":{}}""",
        ["resourceclaims.resource.k8s.io"] = """{"spec":{}}""",
        ["resourceclaimtemplates.resource.k8s.io"] = """{"spec":{"spec":{}}}""",
        ["resourceslices.resource.k8s.io"] = """{"spec":{"driver":"example.com","nodeName":"n","pool":{"name":"p","generation":1,"resourceSliceCount":1}}}""",
    };

    public static string NameOf(KindSchema kind) => kind.Resource.GroupResource switch
    {
        // One that no Service is given unasked.
        "ipaddresses.networking.k8s.io" => "10.43.0.200",
        "customresourcedefinitions.apiextensions.k8s.io" => "widgets.example.com",
        "apiservices.apiregistration.k8s.io" => "v1.example.com",
        _ => "every-kind-" + kind.Resource.Version,
    };

    public static JsonObject Of(KindSchema kind, string name, string? ns)
    {
        var body = s_byHand.TryGetValue(kind.Resource.GroupResource, out var text) ? text.Replace("NS", ns ?? "default").Replace("\"CSR\"", $"\"{Csr()}\"") : "{}";
        var tree = JsonNode.Parse(body)!.AsObject();
        tree["metadata"] = new JsonObject { ["name"] = name };
        return tree;
    }

    private static string Csr()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var pem = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=x", key, System.Security.Cryptography.HashAlgorithmName.SHA256).CreateSigningRequestPem();
        return Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(pem));
    }
}
