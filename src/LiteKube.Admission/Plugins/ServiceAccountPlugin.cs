using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>Every pod runs as a service account that exists, and finds its token, the cluster's CA and its namespace where client libraries look.</summary>
internal sealed class ServiceAccountPlugin(IObjectReader objects, TimeProvider clock) : IAdmissionPlugin
{
    private const string DefaultAccount = "default";
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string VolumePrefix = "kube-api-access-";
    private const string NameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>One that the API server grants a year for, with a warning to clients that never renew.</summary>
    private const int TokenSeconds = 3607;

    /// <summary>A controller makes the default account moments after its namespace; who is quick with the first pod is waited for.</summary>
    private const int DefaultAccountAttempts = 10;

    private static readonly TimeSpan s_attemptInterval = TimeSpan.FromMilliseconds(100);

    public string Name => "ServiceAccount";

    public bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Create && request.Is(Pod.Resource);

    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var pod = request.Object!;
        var spec = pod.Grow("spec");
        if (pod.IsMirrorPod())
        {
            if (spec.Has("serviceAccountName"))
                throw Denial.Of(request, "a mirror pod may not reference service accounts");
            return;
        }

        var name = spec.Text("serviceAccountName") ?? spec.Text("serviceAccount") ?? DefaultAccount;
        spec["serviceAccountName"] = name;
        spec["serviceAccount"] = name;
        var account = await FindAsync(request, name, cancellationToken);
        if (spec.Flag("automountServiceAccountToken") ?? account.AutomountServiceAccountToken ?? true)
            Mount(spec);
        if (spec.Items("imagePullSecrets") is not { Count: > 0 } && account.ImagePullSecrets.Count > 0)
        {
            var secrets = new JsonArray();
            foreach (var secret in account.ImagePullSecrets)
                secrets.Append(new JsonObject { ["name"] = secret.Name });
            spec["imagePullSecrets"] = secrets;
        }
    }

    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (!request.Object.IsMirrorPod())
            return ValueTask.CompletedTask;
        foreach (var volume in request.Object.Child("spec").Objects("volumes"))
        {
            if (volume.Child("projected").Objects("sources").Any(s => s.Has("serviceAccountToken")))
                throw Denial.Of(request, "a mirror pod may not use ServiceAccountToken volume projections");
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask<ServiceAccount> FindAsync(AdmissionRequest request, string name, CancellationToken cancellationToken)
    {
        var attempts = name == DefaultAccount ? DefaultAccountAttempts : 1;
        for (var attempt = 1; ; attempt++)
        {
            if (await objects.GetAsync(ServiceAccount.Resource, request.Namespace, name, cancellationToken) is { } found)
                return found.As<ServiceAccount>();
            if (attempt == attempts)
                throw Denial.Of(request, $"error looking up service account {request.Namespace}/{name}: serviceaccount \"{name}\" not found");
            await Task.Delay(s_attemptInterval, clock, cancellationToken);
        }
    }

    private static void Mount(JsonObject spec)
    {
        var present = spec.Objects("volumes").Select(v => v.Text("name")).FirstOrDefault(n => n?.StartsWith(VolumePrefix, StringComparison.Ordinal) == true);
        var volume = present ?? VolumePrefix + RandomNumberGenerator.GetString(NameAlphabet, 5);
        var isNeeded = false;
        foreach (var container in spec.Objects("initContainers").Concat(spec.Objects("containers")))
        {
            if (container.Objects("volumeMounts").Any(m => m.Text("mountPath") == MountPath))
                continue;
            container.GrowList("volumeMounts").Append(new JsonObject { ["name"] = volume, ["readOnly"] = true, ["mountPath"] = MountPath });
            isNeeded = true;
        }

        if (present is null && isNeeded)
            spec.GrowList("volumes").Append(TokenVolume(volume));
    }

    private static JsonObject TokenVolume(string name) => new()
    {
        ["name"] = name,
        ["projected"] = new JsonObject
        {
            ["sources"] = new JsonArray(
                new JsonObject { ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = TokenSeconds, ["path"] = "token" } },
                new JsonObject { ["configMap"] = new JsonObject { ["name"] = "kube-root-ca.crt", ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }) } },
                new JsonObject { ["downwardAPI"] = new JsonObject { ["items"] = new JsonArray(new JsonObject { ["path"] = "namespace", ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" } }) } }),
            ["defaultMode"] = 420,
        },
    };
}
