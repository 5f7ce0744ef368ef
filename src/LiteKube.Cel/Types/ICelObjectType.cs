namespace LiteKube.Cel;

/// <summary>A structure as expressions see it. Implemented over OpenAPI schemas, schemas of custom resources and the built-in API.</summary>
public interface ICelObjectType
{
    /// <summary>The name that error messages and constructors use, as in <c>apps.v1.Deployment</c> or <c>Object.spec</c>.</summary>
    string Name { get; }

    /// <summary>The field that an expression calls so, with reserved words and signs escaped (<see cref="FieldNames"/>); null for one that does not exist.</summary>
    CelField? Field(string name);
}

/// <summary>A field of a structure.</summary>
/// <param name="JsonName">Its name in the document.</param>
public sealed record CelField(string JsonName, CelType Type);
