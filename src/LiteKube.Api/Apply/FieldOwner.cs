namespace LiteKube.Api.Apply;

/// <summary>One entry of metadata.managedFields: what one manager owns by one way of writing.</summary>
/// <param name="Applies">By server-side apply; false: by create, update or another patch.</param>
/// <param name="ApiVersion">In which the fields are named.</param>
/// <param name="Subresource">Empty for the object itself.</param>
/// <param name="Time">RFC 3339 in UTC; null where unknown.</param>
public sealed record FieldOwner(string Manager, bool Applies, string ApiVersion, string Subresource, string? Time, FieldSet Fields)
{
    /// <summary>Who applies is one manager whatever the version; who updates is one per version.</summary>
    public bool IsSameAs(FieldOwner other) =>
        Applies == other.Applies && Manager == other.Manager && Subresource == other.Subresource && (Applies || ApiVersion == other.ApiVersion);
}
