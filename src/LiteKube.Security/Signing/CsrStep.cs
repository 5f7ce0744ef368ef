using LiteKube.Api.Certificates.V1;

namespace LiteKube.Security.Signing;

/// <summary>What a controller has to write, and to which sub-resource: <c>approval</c> or <c>status</c>.</summary>
public sealed record CsrStep(string Subresource, CertificateSigningRequest Request);
