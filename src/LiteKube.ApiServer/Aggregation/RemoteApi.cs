using LiteKube.Admission.Webhooks;
using LiteKube.Api.Apiregistration.V1;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>A group version that another server serves: an APIService that names a Service.</summary>
internal sealed record RemoteApi
{
    private RemoteApi(APIService service) => Source = service;

    public APIService Source { get; }

    public string Name => Source.Metadata.Name!;

    public string Group => Source.Spec.Group ?? "";

    public string Version => Source.Spec.Version ?? "";

    /// <summary><c>/apis/group/version</c>.</summary>
    public string Path => $"/apis/{Group}/{Version}";

    public required WebhookEndpoint Endpoint { get; init; }

    public bool Insecure => Source.Spec.InsecureSkipTLSVerify == true;

    public bool IsAvailable => Source.Status.Conditions.Any(c => c is { Type: "Available", Status: "True" });

    /// <summary>Null for an APIService of this server's own.</summary>
    public static RemoteApi? Of(APIService service) =>
        service.Spec.Service is { } reference
            ? new RemoteApi(service) { Endpoint = WebhookEndpoint.OfService(reference.Namespace ?? "", reference.Name ?? "", reference.Port, "/", service.Spec.CaBundle) }
            : null;
}
