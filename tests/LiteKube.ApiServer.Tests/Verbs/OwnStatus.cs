using LiteKube.Api.Schema;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

/// <summary>Kinds whose status the server itself writes, once, a moment after their creation: a write that comes between two of a test's own would be in its way.</summary>
internal static class OwnStatus
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    public static bool IsWritten(KindSchema kind) => MemberOf(kind) is not null;

    /// <summary>The object as it is when the server has nothing more to write to it; at once for all other kinds.</summary>
    public static async Task<ApiAnswer> SettledAsync(this ApiClient api, KindSchema kind, string path)
    {
        var member = MemberOf(kind);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var read = (await api.GetAsync(path)).Expect(200);
            if (member is null || read.Body["status"]?[member] is not null)
                return read;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < s_limit, read.Body.ToJsonString());
            await Task.Delay(20);
        }
    }

    private static string? MemberOf(KindSchema kind) => kind.Resource.GroupResource switch
    {
        "flowschemas.flowcontrol.apiserver.k8s.io" => "conditions",
        "validatingadmissionpolicies.admissionregistration.k8s.io" => "observedGeneration",
        _ => null,
    };
}
