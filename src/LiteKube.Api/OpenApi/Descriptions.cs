using System.Collections.Frozen;

namespace LiteKube.Api.OpenApi;

/// <summary>
/// A line on the fields that people most often ask <c>kubectl explain</c> about, in words of our own. What is not here is shown with its type alone.
/// </summary>
public static class Descriptions
{
    private const string Docs = "More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/";

    /// <summary>Of fields that mean the same wherever they stand.</summary>
    private static readonly FrozenDictionary<string, string> s_everywhere = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["apiVersion"] = "APIVersion defines the versioned schema of this representation of an object: the group and version in whose terms it is written. " + Docs,
        ["kind"] = "Kind names the resource that this object represents, in CamelCase. It cannot be changed. " + Docs,
        ["metadata"] = "Standard object's metadata: its name, labels, annotations and what the server keeps about it. " + Docs,
        ["spec"] = "What is wanted: the state that the system works towards. " + Docs,
        ["status"] = "What is: the state last observed. Written by the system, read by others. " + Docs,
        ["items"] = "The objects of the list.",
        ["selector"] = "Which objects, usually pods, are meant, by their labels.",
        ["replicas"] = "How many are wanted.",
        ["template"] = "What each new one is made from.",
        ["conditions"] = "The latest observations of the object's state, one of each type.",
        ["labels"] = "Names and values to organize and select objects by. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> s_fields = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["meta.v1.ObjectMeta.name"] = "Name is unique within a namespace among objects of one resource, and cannot be changed.",
        ["meta.v1.ObjectMeta.generateName"] = "GenerateName is a prefix: where no name is given, the server makes one of it and five random characters.",
        ["meta.v1.ObjectMeta.namespace"] = "Namespace is the space within which the name is unique. Objects of cluster-wide resources have none. It cannot be changed.",
        ["meta.v1.ObjectMeta.labels"] = "Labels are names and values to organize and select objects by. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels",
        ["meta.v1.ObjectMeta.annotations"] = "Annotations are names and values that tools keep with an object. Nothing is selected by them. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations",
        ["meta.v1.ObjectMeta.creationTimestamp"] = "CreationTimestamp is a timestamp of the server's time when it created the object. Set by the server, in RFC 3339 form and UTC.",
        ["meta.v1.ObjectMeta.deletionTimestamp"] = "DeletionTimestamp is the time at which the object is going to be gone. Set by the server when its deletion is asked for; the object goes when its finalizers have.",
        ["meta.v1.ObjectMeta.deletionGracePeriodSeconds"] = "DeletionGracePeriodSeconds is how long the object may take to end in good order.",
        ["meta.v1.ObjectMeta.finalizers"] = "Finalizers name those who must act before the object may go; each removes its own name.",
        ["meta.v1.ObjectMeta.generation"] = "Generation counts the changes of what is wanted. Set by the server.",
        ["meta.v1.ObjectMeta.managedFields"] = "ManagedFields says which fields are owned by which manager. Kept by the server.",
        ["meta.v1.ObjectMeta.ownerReferences"] = "OwnerReferences are the objects that this one depends on: when all of them are gone, it is collected. At most one of them is its controller.",
        ["meta.v1.ObjectMeta.resourceVersion"] = "ResourceVersion names this version of the object. Send it back unchanged: a write that carries an older one is refused.",
        ["meta.v1.ObjectMeta.uid"] = "UID tells this object from all others of its name, before and after it. Set by the server.",
        ["meta.v1.ObjectMeta.selfLink"] = "SelfLink is no longer set.",
        ["meta.v1.ListMeta.continue"] = "Continue is set where the list was cut by a limit: send it back for the rest, in the state of the first part.",
        ["meta.v1.ListMeta.remainingItemCount"] = "RemainingItemCount is how many objects follow this part of the list, where that is known.",
        ["meta.v1.ListMeta.resourceVersion"] = "ResourceVersion names the state that the list shows; a watch from it misses nothing.",
        ["core.v1.PodSpec.containers"] = "The containers of the pod: at least one. They cannot be added or removed later.",
        ["core.v1.PodSpec.initContainers"] = "Containers that run before the others, one after the other; each must succeed, or, where it restarts always, have started.",
        ["core.v1.PodSpec.volumes"] = "The volumes that containers of the pod can mount. More info: https://kubernetes.io/docs/concepts/storage/volumes",
        ["core.v1.PodSpec.nodeName"] = "The node that the pod is on; set by the scheduler.",
        ["core.v1.PodSpec.nodeSelector"] = "Labels that a node must have for the pod to be put on it.",
        ["core.v1.PodSpec.restartPolicy"] = "Whether containers that end are started again: Always, OnFailure or Never.",
        ["core.v1.PodSpec.serviceAccountName"] = "The ServiceAccount as which the pod speaks to the API.",
        ["core.v1.PodSpec.affinity"] = "Which nodes and which neighbours the pod must have, may not have, or would like.",
        ["core.v1.PodSpec.tolerations"] = "Taints of nodes that do not keep the pod away.",
        ["core.v1.PodSpec.hostNetwork"] = "Use the node's network instead of one of the pod's own.",
        ["core.v1.PodSpec.terminationGracePeriodSeconds"] = "How long the pod's processes get to end after they were told to.",
        ["core.v1.PodStatus.phase"] = "Where the pod is in its life: Pending, Running, Succeeded, Failed or Unknown.",
        ["core.v1.Container.name"] = "The container's name, unique within its pod. It cannot be changed.",
        ["core.v1.Container.image"] = "The image that the container runs. More info: https://kubernetes.io/docs/concepts/containers/images",
        ["core.v1.Container.imagePullPolicy"] = "When the image is pulled: Always, IfNotPresent or Never.",
        ["core.v1.Container.command"] = "What is run instead of the image's entry point.",
        ["core.v1.Container.args"] = "Arguments instead of the image's.",
        ["core.v1.Container.env"] = "Environment variables to set.",
        ["core.v1.Container.envFrom"] = "ConfigMaps and Secrets of which each key becomes an environment variable.",
        ["core.v1.Container.ports"] = "Ports that the container listens on.",
        ["core.v1.Container.resources"] = "How much of each resource the container gets at least and may use at most. More info: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
        ["core.v1.Container.volumeMounts"] = "Where the pod's volumes appear in the container.",
        ["core.v1.Container.livenessProbe"] = "How to tell that the container must be started anew.",
        ["core.v1.Container.readinessProbe"] = "How to tell that the container can take requests.",
        ["core.v1.Container.startupProbe"] = "How to tell that the container has started; until then the other probes wait.",
        ["core.v1.Container.securityContext"] = "What the container may do, and as whom it runs.",
        ["core.v1.ServiceSpec.ports"] = "The ports of the Service and where each leads.",
        ["core.v1.ServiceSpec.type"] = "From where the Service can be reached: ClusterIP, NodePort, LoadBalancer, or ExternalName for an alias.",
        ["core.v1.ServiceSpec.clusterIP"] = "The Service's address, chosen by the server unless given; None for no address of its own.",
        ["core.v1.ConfigMap.data"] = "Configuration as text, by key.",
        ["core.v1.ConfigMap.binaryData"] = "Configuration as bytes, in base64, by key.",
        ["core.v1.Secret.data"] = "Secret values in base64, by key.",
        ["core.v1.Secret.stringData"] = "Secret values as text, by key; written into data and never read back.",
        ["core.v1.Secret.type"] = "What the secret is for.",
        ["apps.v1.DeploymentSpec.replicas"] = "How many pods are wanted; 1 where it is not said.",
        ["apps.v1.DeploymentSpec.strategy"] = "How old pods are replaced by new ones.",
        ["apps.v1.DeploymentSpec.revisionHistoryLimit"] = "How many old ReplicaSets are kept to go back to; 10 where it is not said.",
        ["apps.v1.DeploymentSpec.paused"] = "Changes of the template start nothing while this is set.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> s_types = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["core.v1.Pod"] = "A Pod is one or more containers that run together on one node.",
        ["core.v1.Service"] = "A Service is a name and an address for a changing set of pods.",
        ["core.v1.ConfigMap"] = "A ConfigMap holds configuration for pods.",
        ["core.v1.Secret"] = "A Secret holds what not everybody may read.",
        ["core.v1.Namespace"] = "A Namespace is a space for names.",
        ["core.v1.Node"] = "A Node is a machine that runs pods.",
        ["core.v1.Event"] = "An Event tells of something that happened to an object.",
        ["core.v1.ServiceAccount"] = "A ServiceAccount is whom a program in a pod speaks to the API as.",
        ["core.v1.PersistentVolume"] = "A PersistentVolume is a piece of storage in the cluster.",
        ["core.v1.PersistentVolumeClaim"] = "A PersistentVolumeClaim asks for a PersistentVolume.",
        ["core.v1.Container"] = "A container that runs in a pod.",
        ["core.v1.PodSpec"] = "What a pod shall be.",
        ["core.v1.PodStatus"] = "What a pod is, as last seen by its node.",
        ["apps.v1.Deployment"] = "A Deployment keeps a number of like pods running and replaces them when their template changes.",
        ["apps.v1.ReplicaSet"] = "A ReplicaSet keeps a number of like pods running.",
        ["apps.v1.StatefulSet"] = "A StatefulSet runs pods that keep their names and their storage.",
        ["apps.v1.DaemonSet"] = "A DaemonSet runs a pod on every node that fits.",
        ["batch.v1.Job"] = "A Job runs pods until enough of them have succeeded.",
        ["batch.v1.CronJob"] = "A CronJob makes Jobs on a schedule.",
        ["networking.v1.Ingress"] = "An Ingress leads requests from outside to Services by host and path.",
        ["networking.v1.NetworkPolicy"] = "A NetworkPolicy says who may speak to pods and whom they may speak to.",
        ["rbac.v1.Role"] = "A Role is a set of permissions within a namespace.",
        ["rbac.v1.ClusterRole"] = "A ClusterRole is a set of permissions in the whole cluster.",
        ["rbac.v1.RoleBinding"] = "A RoleBinding gives a role's permissions to users within a namespace.",
        ["rbac.v1.ClusterRoleBinding"] = "A ClusterRoleBinding gives a role's permissions to users in the whole cluster.",
        ["apiextensions.v1.CustomResourceDefinition"] = "A CustomResourceDefinition adds a kind to the API.",
        ["meta.v1.ObjectMeta"] = "ObjectMeta is what every stored object has beside its own content.",
        ["meta.v1.ListMeta"] = "ListMeta is what every list has beside its items.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string? OfType(string type) => s_types.GetValueOrDefault(type);

    /// <param name="type">The short name of the structure that has the field, as in <c>core.v1.Pod</c>; empty where it has none.</param>
    public static string? OfField(string type, string field) => s_fields.GetValueOrDefault($"{type}.{field}") ?? s_everywhere.GetValueOrDefault(field);
}
