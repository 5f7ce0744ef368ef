namespace LiteKube.Api.Apply;

/// <summary>Who writes an object, and how the entry in its managed fields is called.</summary>
/// <param name="ApiVersion">Of the request.</param>
/// <param name="Subresource">Empty for the object itself.</param>
public readonly record struct FieldWriter(string Manager, string ApiVersion, string Subresource = "");
