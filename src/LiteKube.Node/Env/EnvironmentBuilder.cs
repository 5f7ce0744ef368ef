using System.Text;
using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Env;

/// <summary>A container's environment: its env over its envFrom over the variables of Services.</summary>
internal sealed class EnvironmentBuilder(IPodObjects objects)
{
    /// <exception cref="ContainerConfigException">A reference that is not optional leads nowhere.</exception>
    public async ValueTask<ContainerEnvironment> BuildAsync(Pod pod, Container container, PodAddresses addresses, IReadOnlyDictionary<string, Quantity> allocatable, CancellationToken cancellationToken)
    {
        var ns = pod.Metadata.Namespace ?? "";
        var result = new ContainerEnvironment();
        foreach (var source in container.EnvFrom)
            await AddFromAsync(result, ns, source, cancellationToken).ConfigureAwait(false);

        var services = await objects.GetServicesAsync(ns, cancellationToken).ConfigureAwait(false);
        var ofServices = ServiceEnvironment.Of(ns, pod.Spec.EnableServiceLinks ?? true, services);
        foreach (var variable in container.Env)
        {
            var value = variable.ValueFrom is { } from && string.IsNullOrEmpty(variable.Value)
                ? await ReadAsync(pod, container, from, addresses, allocatable, cancellationToken).ConfigureAwait(false)
                : VariableExpansion.Expand(variable.Value ?? "", name => result.Find(name) ?? ofServices.GetValueOrDefault(name));
            if (value is not null)
                result.Set(variable.Name, value);
        }

        foreach (var (name, value) in ofServices)
            result.TrySet(name, value);
        return result;
    }

    private async ValueTask AddFromAsync(ContainerEnvironment result, string ns, EnvFromSource source, CancellationToken cancellationToken)
    {
        if (source.ConfigMapRef is { } map)
        {
            var found = await objects.GetConfigMapAsync(ns, map.Name ?? "", cancellationToken).ConfigureAwait(false);
            if (found is null && map.Optional != true)
                throw new ContainerConfigException($"configmap \"{map.Name}\" not found");
            foreach (var (key, value) in found?.Data ?? EmptyText)
                AddPrefixed(key, value);
        }

        if (source.SecretRef is { } secret)
        {
            var found = await objects.GetSecretAsync(ns, secret.Name ?? "", cancellationToken).ConfigureAwait(false);
            if (found is null && secret.Optional != true)
                throw new ContainerConfigException($"secret \"{secret.Name}\" not found");
            foreach (var (key, value) in found?.Data ?? EmptyBytes)
                AddPrefixed(key, Encoding.UTF8.GetString(value));
        }

        void AddPrefixed(string key, string value)
        {
            var name = source.Prefix + key;

            // Since v1.34 any printable ASCII name but those with "=" may reach a process.
            if (name.Length > 0 && name.All(c => c is >= ' ' and <= '~' and not '='))
                result.Set(name, value);
        }
    }

    /// <summary>Null where an optional source has no value: the variable is then not set at all.</summary>
    private async ValueTask<string?> ReadAsync(Pod pod, Container container, EnvVarSource from, PodAddresses addresses, IReadOnlyDictionary<string, Quantity> allocatable, CancellationToken cancellationToken)
    {
        var ns = pod.Metadata.Namespace ?? "";
        if (from.FieldRef is { } field)
            return DownwardField.Read(pod, field.FieldPath, addresses);
        if (from.ResourceFieldRef is { } resource)
            return DownwardResource.Read(pod, container, resource, allocatable);
        if (from.ConfigMapKeyRef is { } map)
        {
            var found = await objects.GetConfigMapAsync(ns, map.Name ?? "", cancellationToken).ConfigureAwait(false);
            if (found is not null && found.Data.TryGetValue(map.Key, out var value))
                return value;
            return map.Optional == true ? null
                : throw new ContainerConfigException(found is null ? $"configmap \"{map.Name}\" not found" : $"couldn't find key {map.Key} in ConfigMap {ns}/{map.Name}");
        }

        if (from.SecretKeyRef is { } secret)
        {
            var found = await objects.GetSecretAsync(ns, secret.Name ?? "", cancellationToken).ConfigureAwait(false);
            if (found is not null && found.Data.TryGetValue(secret.Key, out var value))
                return Encoding.UTF8.GetString(value);
            return secret.Optional == true ? null
                : throw new ContainerConfigException(found is null ? $"secret \"{secret.Name}\" not found" : $"couldn't find key {secret.Key} in Secret {ns}/{secret.Name}");
        }

        // fileKeyRef and whatever comes later: said, not guessed.
        throw new ContainerConfigException("environment source not supported by this node");
    }

    private static IReadOnlyDictionary<string, string> EmptyText { get; } = new Dictionary<string, string>();

    private static IReadOnlyDictionary<string, byte[]> EmptyBytes { get; } = new Dictionary<string, byte[]>();
}
