using LiteKube.Api.Core.V1;
using LiteKube.Node.Pods;

namespace LiteKube.Node.Env;

/// <summary>The ConfigMaps and Secrets that a pod names, for volumes, environment and image pulls.</summary>
internal static class PodReferences
{
    public static HashSet<ObjectReferenceKey> Of(Pod pod)
    {
        var ns = pod.Metadata.Namespace ?? "";
        var result = new HashSet<ObjectReferenceKey>();
        foreach (var volume in pod.Spec.Volumes)
        {
            Map(volume.ConfigMap?.Name);
            Secret(volume.Secret?.SecretName);
            foreach (var source in volume.Projected?.Sources ?? [])
            {
                Map(source.ConfigMap?.Name);
                Secret(source.Secret?.Name);
            }
        }

        foreach (var container in pod.AllContainers())
        {
            foreach (var from in container.EnvFrom)
            {
                Map(from.ConfigMapRef?.Name);
                Secret(from.SecretRef?.Name);
            }

            foreach (var variable in container.Env)
            {
                Map(variable.ValueFrom?.ConfigMapKeyRef?.Name);
                Secret(variable.ValueFrom?.SecretKeyRef?.Name);
            }
        }

        foreach (var secret in pod.Spec.ImagePullSecrets)
            Secret(secret.Name);
        return result;

        void Map(string? name) => Add(false, name);

        void Secret(string? name) => Add(true, name);

        void Add(bool isSecret, string? name)
        {
            if (!string.IsNullOrEmpty(name))
                result.Add(new ObjectReferenceKey(isSecret, ns, name));
        }
    }
}
