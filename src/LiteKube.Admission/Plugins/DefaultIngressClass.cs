using LiteKube.Api;
using LiteKube.Api.Networking.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>An ingress that names no class gets the default one: of several, the newest.</summary>
internal sealed class DefaultIngressClass(IObjectReader objects) : IAdmissionPlugin
{
    private const string IsDefault = "ingressclass.kubernetes.io/is-default-class";
    private const string ClassAnnotation = "kubernetes.io/ingress.class";

    public string Name => "DefaultIngressClass";

    public bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Create && request.Is(Ingress.Resource);

    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var spec = request.Object!.Grow("spec");
        if (spec.Has("ingressClassName") || request.Object.Annotations().ContainsKey(ClassAnnotation))
            return;
        var newest = (await objects.ListAsync(IngressClass.Resource, null, cancellationToken))
            .Select(c => c.As<IngressClass>())
            .Where(c => c.Metadata.Annotations.GetValueOrDefault(IsDefault) == "true")
            .OrderByDescending(c => c.Metadata.CreationTimestamp)
            .ThenBy(c => c.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        if (newest is not null)
            spec["ingressClassName"] = newest.Metadata.Name;
    }
}
