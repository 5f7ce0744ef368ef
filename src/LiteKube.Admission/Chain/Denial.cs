using LiteKube.Api;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Admission;

/// <summary>How plugins say no: <c>pods "a" is forbidden: why</c>.</summary>
internal static class Denial
{
    public static ApiException Of(AdmissionRequest request, string why, params IReadOnlyList<StatusCause> causes) => For(StatusReason.Forbidden, request, why, causes);

    /// <summary>A denial that says forbidden in its text and yet has another reason, as those of policies do.</summary>
    public static ApiException For(StatusReason reason, AdmissionRequest request, string why, params IReadOnlyList<StatusCause> causes)
    {
        var name = NameOf(request);
        return new ApiException(reason, $"{request.Resource.GroupResource} \"{name}\" is forbidden: {why}", new StatusDetails
        {
            Name = name,
            Group = request.Resource.Group.Length == 0 ? null : request.Resource.Group,
            Kind = request.Resource.Plural,
            Causes = causes,
        });
    }

    // A generated name is not there yet, so its beginning stands for it.
    private static string NameOf(AdmissionRequest request)
    {
        if (request.Name.Length > 0)
            return request.Name;
        var metadata = request.Object.Child("metadata");
        return metadata.Text("name") ?? metadata.Text("generateName") ?? "Unknown";
    }
}
