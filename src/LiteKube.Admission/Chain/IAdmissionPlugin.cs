namespace LiteKube.Admission;

/// <summary>
/// One rule of admission. A plugin denies by throwing <see cref="LiteKube.Api.ApiException"/>, most often with reason Forbidden; it holds no state of
/// its own beyond caches of the cluster's objects.
/// </summary>
public interface IAdmissionPlugin
{
    /// <summary>Kubernetes' own name of the plugin, as in <c>NamespaceLifecycle</c>.</summary>
    string Name { get; }

    /// <summary>Cheap: the chain asks on every write.</summary>
    bool Handles(AdmissionRequest request);

    /// <summary>Changes the object. Must come to the same result when run twice.</summary>
    ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Looks at the object as it will be stored, after every plugin's mutation and after validation.</summary>
    ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
