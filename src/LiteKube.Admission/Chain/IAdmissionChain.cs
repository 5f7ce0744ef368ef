namespace LiteKube.Admission;

/// <summary>All admission plugins in Kubernetes' order. The API server runs Mutate, then its own validation, then Validate.</summary>
public interface IAdmissionChain
{
    /// <exception cref="LiteKube.Api.ApiException">A plugin denied the request.</exception>
    ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken);

    /// <exception cref="LiteKube.Api.ApiException">A plugin denied the request.</exception>
    ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken);
}
