using LiteKube.Node.Runtime;

namespace LiteKube.Node.Registration;

/// <summary>Whether the node can run pods. Set by whoever finds out; a change wakes the registrar.</summary>
internal sealed class NodeHealth
{
    private volatile RuntimeInfo? _runtime;
    private volatile string? _runtimeError = "container runtime status check may not have completed yet";

    public event Action? Changed;

    /// <summary>The engine has been asked, whatever came of it.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Null until the engine has answered once.</summary>
    public RuntimeInfo? Runtime => _runtime;

    /// <summary>Null while the engine answers.</summary>
    public string? RuntimeError => _runtimeError;

    public void RuntimeUp(RuntimeInfo info)
    {
        var changed = _runtimeError is not null || _runtime != info;
        _runtime = info;
        _runtimeError = null;
        changed |= !IsKnown;
        IsKnown = true;
        if (changed)
            Changed?.Invoke();
    }

    public void RuntimeDown(string error)
    {
        if (_runtimeError == error && IsKnown)
            return;
        _runtimeError = error;
        IsKnown = true;
        Changed?.Invoke();
    }
}
