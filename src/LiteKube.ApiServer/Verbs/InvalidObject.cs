using LiteKube.Api;
using LiteKube.Api.Meta.V1;

namespace LiteKube.ApiServer.Verbs;

/// <summary>The 422 of one field.</summary>
internal static class InvalidObject
{
    /// <param name="cause">FieldValueInvalid, FieldValueRequired, FieldValueForbidden, FieldValueDuplicate, FieldValueNotSupported.</param>
    public static ApiException Of(ResourceType resource, string name, string field, string cause, string message)
    {
        var kind = resource.Group.Length == 0 ? resource.Kind : $"{resource.Kind}.{resource.Group}";
        return new ApiException(StatusReason.Invalid, $"{kind} \"{name}\" is invalid: {field}: {message}", new StatusDetails
        {
            Name = name,
            Group = resource.Group.Length == 0 ? null : resource.Group,
            Kind = resource.Kind,
            Causes = [new StatusCause { Reason = cause, Field = field, Message = message }],
        });
    }
}
