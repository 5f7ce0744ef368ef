using LiteKube.Api.Schema;
using LiteKube.ApiServer.CustomResources;

namespace LiteKube.ApiServer.Kinds;

/// <summary>Which strategy each kind has. The tables say what Kubernetes' own registry of each kind does.</summary>
internal sealed class KindStrategies(PodStrategy pods, ServiceStrategy services, AddressStrategy addresses, CustomResourceDefinitionStrategy definitions)
{
    private static readonly HashSet<string> s_countGenerations = new(StringComparer.Ordinal)
    {
        "pods", "replicationcontrollers", "podtemplates", "deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch", "cronjobs.batch",
        "poddisruptionbudgets.policy", "ingresses.networking.k8s.io", "networkpolicies.networking.k8s.io", "ingressclasses.networking.k8s.io",
        "endpointslices.discovery.k8s.io", "customresourcedefinitions.apiextensions.k8s.io", "flowschemas.flowcontrol.apiserver.k8s.io",
        "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", "mutatingwebhookconfigurations.admissionregistration.k8s.io",
        "validatingwebhookconfigurations.admissionregistration.k8s.io", "validatingadmissionpolicies.admissionregistration.k8s.io",
        "validatingadmissionpolicybindings.admissionregistration.k8s.io", "mutatingadmissionpolicies.admissionregistration.k8s.io",
        "mutatingadmissionpolicybindings.admissionregistration.k8s.io", "priorityclasses.scheduling.k8s.io", "deviceclasses.resource.k8s.io", "resourceslices.resource.k8s.io",
    };

    private static readonly HashSet<string> s_conditionalUpdate = new(StringComparer.Ordinal)
    {
        "leases.coordination.k8s.io", "poddisruptionbudgets.policy", "runtimeclasses.node.k8s.io", "customresourcedefinitions.apiextensions.k8s.io",
        "apiservices.apiregistration.k8s.io", "flowschemas.flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
        "mutatingwebhookconfigurations.admissionregistration.k8s.io", "validatingwebhookconfigurations.admissionregistration.k8s.io",
        "validatingadmissionpolicies.admissionregistration.k8s.io", "validatingadmissionpolicybindings.admissionregistration.k8s.io",
        "mutatingadmissionpolicies.admissionregistration.k8s.io", "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
        "csidrivers.storage.k8s.io", "csinodes.storage.k8s.io", "csistoragecapacities.storage.k8s.io", "volumeattachments.storage.k8s.io",
    };

    private static readonly HashSet<string> s_createOnUpdate = new(StringComparer.Ordinal)
    {
        "events", "endpoints", "limitranges", "services", "leases.coordination.k8s.io", "roles.rbac.authorization.k8s.io", "rolebindings.rbac.authorization.k8s.io",
        "clusterroles.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io",
    };

    private static readonly HashSet<string> s_returnDeleted = new(StringComparer.Ordinal)
    {
        "pods", "serviceaccounts", "resourcequotas", "podtemplates", "persistentvolumes", "persistentvolumeclaims", "namespaces",
    };

    private static readonly string[] s_metadata = ["labels", "annotations", "finalizers", "ownerReferences"];

    private static readonly Dictionary<string, string[]> s_keptByStatus = new(StringComparer.Ordinal)
    {
        ["deployments.apps"] = ["labels"],
        ["apiservices.apiregistration.k8s.io"] = s_metadata,
        ["flowschemas.flowcontrol.apiserver.k8s.io"] = s_metadata,
        ["prioritylevelconfigurations.flowcontrol.apiserver.k8s.io"] = s_metadata,
        ["validatingadmissionpolicies.admissionregistration.k8s.io"] = s_metadata,
        ["volumeattachments.storage.k8s.io"] = s_metadata,
        ["resourceclaims.resource.k8s.io"] = s_metadata,
    };

    public ObjectStrategy For(KindSchema kind)
    {
        var name = kind.Resource.GroupResource;
        return name switch
        {
            "pods" => pods,
            "services" => services,
            "ipaddresses.networking.k8s.io" => addresses,
            "nodes" => new NodeStrategy { HasStatus = true },
            "namespaces" => new NamespaceStrategy { HasStatus = true, ReturnsDeleted = true },
            "customresourcedefinitions.apiextensions.k8s.io" => definitions,
            "secrets" => new SecretStrategy(),
            "events" or "events.events.k8s.io" => new RelaxedStrategy("") { CreateOnUpdate = true },
            "leases.coordination.k8s.io" => new RelaxedStrategy("coordination.k8s.io/leases/kube-node-lease/") { UnconditionalUpdate = false, CreateOnUpdate = true },
            "persistentvolumes" or "persistentvolumeclaims" => new PhaseStrategy("Pending") { HasStatus = true, ReturnsDeleted = true },
            "certificatesigningrequests.certificates.k8s.io" => new CertificateSigningRequestStrategy { HasStatus = true },
            _ => new ObjectStrategy
            {
                HasStatus = kind.Subresource("status") is not null,
                CountsGenerations = s_countGenerations.Contains(name),
                UnconditionalUpdate = !s_conditionalUpdate.Contains(name),
                CreateOnUpdate = s_createOnUpdate.Contains(name),
                KeptByStatus = s_keptByStatus.GetValueOrDefault(name) ?? [],
                OrphansByDefault = name is "replicationcontrollers" or "jobs.batch",
                ReturnsDeleted = s_returnDeleted.Contains(name),
            },
        };
    }
}
