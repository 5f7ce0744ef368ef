using LiteKube.Api.Meta.V1;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Validation;

/// <summary>The 422 answer to an object with errors: <c>Deployment.apps "x" is invalid: [a, b]</c>, with a cause for each.</summary>
public static class InvalidObject
{
    public static ApiException Of(KindSchema kind, string name, IReadOnlyList<FieldError> errors) =>
        Of(kind.Resource.Group, kind.Resource.Kind, name, errors);

    public static ApiException Of(string group, string kind, string name, IReadOnlyList<FieldError> errors)
    {
        var qualified = group.Length == 0 ? kind : $"{kind}.{group}";
        var what = errors.Count == 1 ? errors[0].ToString() : $"[{string.Join(", ", errors)}]";
        var causes = new StatusCause[errors.Count];
        for (var i = 0; i < causes.Length; i++)
            causes[i] = errors[i].ToCause();
        return new ApiException(StatusReason.Invalid, $"{qualified} \"{name}\" is invalid: {what}", new StatusDetails
        {
            Name = name,
            Group = group.Length == 0 ? null : group,
            Kind = kind,
            Causes = causes,
        });
    }
}
