using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Containers of every sort.</summary>
internal static class ContainerRules
{
    public static void Container(FieldErrors errors, JsonObject container, FieldPath path)
    {
        var image = container.String("image") ?? "";
        if (image.Length == 0)
            errors.Add(FieldError.Required(path.Child("image")));
        else if (image.Trim().Length != image.Length)
            errors.Add(FieldError.Invalid(path.Child("image"), image, "must not have leading or trailing whitespace"));
        Ports(errors, container, path.Child("ports"));
    }

    public static void EphemeralContainer(FieldErrors errors, JsonObject container, FieldPath path)
    {
        if (string.IsNullOrEmpty(container.String("image")))
            errors.Add(FieldError.Required(path.Child("image")));
        foreach (var name in (ReadOnlySpan<string>)["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources", "resizePolicy"])
            if (container[name] is JsonArray { Count: > 0 } or JsonObject { Count: > 0 })
                errors.Add(FieldError.Forbidden(path.Child(name), "cannot be set for an Ephemeral Container"));
    }

    /// <summary>An init container that does not go on as a sidecar has nothing to be probed.</summary>
    public static void InitContainer(FieldErrors errors, JsonObject container, FieldPath path)
    {
        if (container.String("restartPolicy") == "Always")
        {
            ProbeRules.Probes(errors, container, path);
            return;
        }

        foreach (var name in (ReadOnlySpan<string>)["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"])
            if (container.Has(name))
                errors.Add(FieldError.Forbidden(path.Child(name), "may not be set for init containers without restartPolicy=Always"));
    }

    /// <summary>Mounts refer to the pod's volumes and don't cover one another.</summary>
    public static void References(FieldErrors errors, JsonObject container, HashSet<string> volumes, FieldPath path)
    {
        HashSet<string>? paths = null;
        foreach (var (i, mount) in container.Items("volumeMounts"))
        {
            var at = path.Child("volumeMounts").Index(i);
            var name = mount.String("name") ?? "";
            if (name.Length > 0 && !volumes.Contains(name))
                errors.Add(FieldError.NotFound(at.Child("name"), name));
            if (mount.String("mountPath") is { Length: > 0 } mountPath && !(paths ??= new HashSet<string>(StringComparer.Ordinal)).Add(mountPath))
                errors.Add(FieldError.Invalid(at.Child("mountPath"), mountPath, "must be unique"));
            var subPath = mount.String("subPath") ?? "";
            var expression = mount.String("subPathExpr") ?? "";
            if (subPath.Length > 0)
                FieldRules.RelativePath(errors, subPath, at.Child("subPath"));
            if (expression.Length > 0)
                FieldRules.RelativePath(errors, expression, at.Child("subPathExpr"));
            if (subPath.Length > 0 && expression.Length > 0)
                errors.Add(FieldError.Invalid(at.Child("subPathExpr"), expression, "subPathExpr and subPath are mutually exclusive"));
            if (mount.String("mountPropagation") == "Bidirectional" && container.Object("securityContext").Bool("privileged") != true)
                errors.Add(FieldError.Forbidden(at.Child("mountPropagation"), "Bidirectional mount propagation is available only to privileged containers"));
        }

        foreach (var (i, device) in container.Items("volumeDevices"))
            if (device.String("name") is { Length: > 0 } name && !volumes.Contains(name))
                errors.Add(FieldError.NotFound(path.Child("volumeDevices").Index(i).Child("name"), name));
    }

    public static void SecurityContext(FieldErrors errors, JsonObject context, FieldPath path)
    {
        RunAs(errors, context, path);
        if (context.Bool("allowPrivilegeEscalation") != false)
            return;
        if (context.Bool("privileged") == true)
            errors.Add(FieldError.Invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
        if (FieldRules.Contains(context.Object("capabilities").Array("add"), "CAP_SYS_ADMIN"))
            errors.Add(FieldError.Invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"));
    }

    public static void RunAs(FieldErrors errors, JsonObject context, FieldPath path)
    {
        foreach (var name in (ReadOnlySpan<string>)["runAsUser", "runAsGroup", "fsGroup"])
            errors.Range(path.Child(name), context.Long(name), 0, int.MaxValue);
        if (context.Object("seccompProfile") is not { } seccomp)
            return;
        var local = seccomp.String("localhostProfile");
        if (seccomp.String("type") == "Localhost")
        {
            if (string.IsNullOrEmpty(local))
                errors.Add(FieldError.Required(path.Child("seccompProfile", "localhostProfile"), "must be set when seccomp type is Localhost"));
            else
                FieldRules.RelativePath(errors, local, path.Child("seccompProfile", "localhostProfile"));
        }
        else if (local is not null)
        {
            errors.Add(FieldError.Invalid(path.Child("seccompProfile", "localhostProfile"), local, "can only be set when seccomp type is Localhost"));
        }
    }

    private static void Ports(FieldErrors errors, JsonObject container, FieldPath path)
    {
        HashSet<string>? names = null;
        foreach (var (i, port) in container.Items("ports"))
        {
            var at = path.Index(i);
            if (port.String("name") is { Length: > 0 } name)
            {
                errors.Check(at.Child("name"), name, NameRules.PortName(name));
                if (!(names ??= new HashSet<string>(StringComparer.Ordinal)).Add(name))
                    errors.Add(FieldError.Duplicate(at.Child("name"), name));
            }

            if (port.Long("containerPort") is null or 0)
                errors.Add(FieldError.Required(at.Child("containerPort")));
            else
                errors.Range(at.Child("containerPort"), port.Long("containerPort"), 1, 65535);
            if (port.String("hostIP") is { Length: > 0 } ip)
                FieldRules.Ip(errors, ip, at.Child("hostIP"));
        }
    }
}
