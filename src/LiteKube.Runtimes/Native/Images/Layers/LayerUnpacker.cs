using System.Runtime.InteropServices;
using System.Text;
using LiteKube.Runtimes.Native.Images.Storing;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>
/// Turns a layer's archive into a lower directory for overlayfs: whiteouts become character devices 0/0, opaque directories get their attribute.
/// What an entry takes the place of is moved aside and kept, since the archive cannot be exported without it.
/// </summary>
/// <param name="wrote">Told how many bytes more were written.</param>
internal sealed class LayerUnpacker(LayerTree tree, SafeFileHandle displaced, TarReader archive, RecipeWriter recipe, LayerLimits limits, Action<long> wrote)
{
    private const string Whiteout = ".wh.";
    private const string Opaque = ".wh..wh..opq";
    private const string Reserved = ".wh..wh.";

    private static readonly byte[] s_opaqueName = TarPath.Bytes("trusted.overlay.opaque");
    private static readonly byte[] s_capability = Encoding.ASCII.GetBytes("security.capability");

    private readonly Dictionary<string, Libc.FileTimes> _directoryTimes = new(StringComparer.Ordinal);
    private readonly List<DisplacedEntry> _displaced = [];
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private long _fileBytes;
    private int _entry;
    private bool _rootOpaque;

    /// <summary>To the archive's end. The digest is the caller's to check.</summary>
    public LayerRecord Unpack(CancellationToken cancellationToken)
    {
        while (archive.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _entry = archive.Count;
            Unpack(entry);
        }

        archive.Drain();
        foreach (var (path, times) in _directoryTimes)
            SetDirectoryTimes(new TarPath(path), times);
        return new LayerRecord("", 0, _fileBytes, archive.Count, [.. tree.Implied], _displaced) { RootOpaque = _rootOpaque, Links = [.. _links.Select(l => new ForeignLink(l.Key, l.Value))] };
    }

    private void Unpack(TarEntry entry)
    {
        var path = TarPath.Parse(entry.Name, entry.Name, limits);
        if (path.IsRoot)
        {
            if (entry.Kind != TarKind.Directory)
                throw LayerRefusal.Entry(entry.Name, "is the layer's root and no directory");
        }
        else if (IsReserved(path.Value))
        {
            // Bookkeeping of AUFS, which images of its time have in them.
            if (path.Name == Opaque)
                MakeOpaque(path.Parent, entry.Name);
            archive.Skip();
            return;
        }
        else if (path.Value.StartsWith(Whiteout, StringComparison.Ordinal) || path.Value.Contains("/" + Whiteout, StringComparison.Ordinal))
        {
            MakeWhiteout(path, entry.Name);
            archive.Skip();
            return;
        }

        foreach (var (name, _) in entry.Attributes)
        {
            if (name.Length == 0 || name.Contains('\0') || name.StartsWith("trusted.overlay.", StringComparison.Ordinal) || name.StartsWith("user.overlay.", StringComparison.Ordinal))
                throw LayerRefusal.Entry(entry.Name, "has an extended attribute that overlayfs would take for its own");
        }

        if (path.IsRoot)
            SetAttributes(entry, tree.Directory(path, entry.Name), ".", path);
        else if (entry.Kind == TarKind.File)
            MakeFile(entry, path);
        else if (entry.Kind == TarKind.HardLink)
            MakeHardLink(entry, path);
        else
            MakeNode(entry, path);
    }

    private void MakeFile(TarEntry entry, TarPath path)
    {
        var size = entry.Sparse?.Size ?? entry.StoredSize;
        if (size > limits.MaxBytes - _fileBytes)
            throw LayerRefusal.Entry(entry.Name, $"makes the layer's files larger than {limits.MaxBytes} bytes");
        _fileBytes += size;
        var name = TarPath.Bytes(path.Name);
        var parent = tree.Directory(path.Parent, entry.Name);
        var descriptor = Libc.OpenAt(LayerTree.Number(parent), name, Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.NoFollow | Libc.CloseOnExec, 0);
        if (descriptor < 0 && Marshal.GetLastPInvokeError() == Libc.Exists)
        {
            Displace(path, entry.Name);
            parent = tree.Directory(path.Parent, entry.Name);
            descriptor = Libc.OpenAt(LayerTree.Number(parent), name, Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.NoFollow | Libc.CloseOnExec, 0);
        }

        LayerTree.Check(descriptor, entry.Name);
        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        if (entry.Sparse is { } sparse)
        {
            WriteSparse(file, sparse, entry.Name);
        }
        else
        {
            if (size > 0)
                recipe.File(_entry, path.Value, size);
            while (archive.Read() is { Length: > 0 } bytes)
            {
                Write(file, bytes, entry.Name);
                wrote(bytes.Length);
            }
        }

        LayerTree.Check(Libc.ChangeOwner(file, entry.Owner, entry.Group), entry.Name);
        LayerTree.Check(Libc.ChangeMode(file, entry.Mode), entry.Name);
        SetExtended(entry, $"/proc/self/fd/{LayerTree.Number(parent)}/{path.Name}");
        LayerTree.Check(Libc.SetTimes(file, Times(entry)), entry.Name);
    }

    /// <summary>The holes are not in the archive, so the recipe gets the parts word for word.</summary>
    private void WriteSparse(SafeFileHandle file, SparseMap map, string entry)
    {
        RandomAccess.SetLength(file, map.Size);
        var part = 0;
        long within = 0;
        while (archive.Read() is { Length: > 0 } bytes)
        {
            recipe.Literal(bytes);
            while (bytes.Length > 0)
            {
                var (offset, length) = map.Parts[part];
                var count = (int)Math.Min(length - within, bytes.Length);
                if (count > 0)
                    RandomAccess.Write(file, bytes[..count], offset + within);
                bytes = bytes[count..];
                within += count;
                if (within == length)
                    (part, within) = (part + 1, 0);
            }
        }

        if (map.Size > 0 && RandomAccess.GetLength(file) != map.Size)
            throw LayerRefusal.Entry(entry, "cannot be made as long as it says");
    }

    private static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, string entry)
    {
        while (bytes.Length > 0)
        {
            var written = Libc.Write(file, bytes, bytes.Length);
            if (written < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted)
                continue;
            LayerTree.Check((int)written, entry);
            bytes = bytes[(int)written..];
        }
    }

    private void MakeHardLink(TarEntry entry, TarPath path)
    {
        var target = TarPath.Parse(entry.LinkName, entry.Name, limits);
        if (target == path)
            return;
        if (target.IsRoot)
            throw LayerRefusal.Entry(entry.Name, "is a hard link to the layer's root");
        var result = LinkTo(target, path, entry.Name);
        if (result == Libc.Exists)
        {
            Displace(path, entry.Name);
            result = LinkTo(target, path, entry.Name);
        }

        if (result == Libc.NoEntry)
            LeaveLink(target, path, entry.Name);
        else if (result != 0)
            throw LayerTree.Failed(entry.Name, result);
    }

    /// <returns>0, Exists, or NoEntry where the target is not in this layer.</returns>
    private int LinkTo(TarPath target, TarPath path, string entry)
    {
        using var from = tree.TryOpen(target.Parent, entry);
        if (from is null)
            return Libc.NoEntry;
        var to = tree.Directory(path.Parent, entry);
        if (Libc.LinkAt(LayerTree.Number(from), TarPath.Bytes(target.Name), LayerTree.Number(to), TarPath.Bytes(path.Name), 0) == 0)
            return 0;
        return Marshal.GetLastPInvokeError() switch
        {
            Libc.Exists => Libc.Exists,
            Libc.NoEntry => Libc.NoEntry,
            Libc.NotPermitted => throw LayerRefusal.Entry(entry, "is a hard link to a directory"),
            var error => throw LayerTree.Failed(entry, error),
        };
    }

    /// <summary>A link to a file of a layer below: which that is, an image says that has this layer.</summary>
    private void LeaveLink(TarPath target, TarPath path, string entry)
    {
        var parent = tree.Directory(path.Parent, entry);
        if (Libc.Stat(LayerTree.Number(parent), TarPath.Bytes(path.Name), Libc.SymlinkNoFollow, Libc.StatBasic, out _) == 0)
            Displace(path, entry);
        tree.Remember(path, entry);
        tree.Remember(target, entry);
        _links[path.Value] = _links.GetValueOrDefault(target.Value, target.Value);
    }

    private void MakeNode(TarEntry entry, TarPath path)
    {
        if (entry.Kind == TarKind.CharacterDevice && entry is { DeviceMajor: 0, DeviceMinor: 0 })
            throw LayerRefusal.Entry(entry.Name, "is the character device 0/0, which overlayfs takes for a removed file");
        if (entry.Kind == TarKind.Symlink && entry.LinkName.Length is 0 or > 4095)
            throw LayerRefusal.Entry(entry.Name, $"is a symbolic link to a path of {entry.LinkName.Length} bytes");
        var parent = tree.Directory(path.Parent, entry.Name);
        var opaque = false;
        if (Make(entry, path, parent) == Libc.Exists)
        {
            var there = Status(parent, path.Name);
            if (entry.Kind == TarKind.Directory && there.Kind == FileModes.Directory)
            {
                tree.Implied.Remove(path.Value);
            }
            else
            {
                // A directory in the place of one that this layer removed does not show what was in that.
                opaque = entry.Kind == TarKind.Directory && IsWhiteout(there);
                Displace(path, entry.Name);
                parent = tree.Directory(path.Parent, entry.Name);
                if (Make(entry, path, parent) is var error and not 0)
                    throw LayerTree.Failed(entry.Name, error);
            }
        }

        SetAttributes(entry, parent, path.Name, path);
        if (opaque)
            MakeOpaque(path, entry.Name);
    }

    private static int Make(TarEntry entry, TarPath path, SafeFileHandle parent)
    {
        var (directory, name) = (LayerTree.Number(parent), TarPath.Bytes(path.Name));
        var result = entry.Kind switch
        {
            TarKind.Directory => Libc.MakeDirectoryAt(directory, name, 0),
            TarKind.Symlink => Libc.SymlinkAt(TarPath.Bytes(entry.LinkName), directory, name),
            TarKind.Fifo => Libc.MakeNodeAt(directory, name, FileModes.Fifo, 0),
            TarKind.CharacterDevice => Libc.MakeNodeAt(directory, name, FileModes.Character, Device(entry)),
            TarKind.BlockDevice => Libc.MakeNodeAt(directory, name, FileModes.Block, Device(entry)),
            _ => throw new InvalidOperationException($"{entry.Kind} is made elsewhere"),
        };
        if (result == 0)
            return 0;
        var error = Marshal.GetLastPInvokeError();
        return error == Libc.Exists ? error : throw LayerTree.Failed(entry.Name, error);
    }

    private void SetAttributes(TarEntry entry, SafeFileHandle parent, string name, TarPath path)
    {
        var (directory, bytes) = (LayerTree.Number(parent), TarPath.Bytes(name));
        LayerTree.Check(Libc.ChangeOwnerAt(directory, bytes, entry.Owner, entry.Group, Libc.SymlinkNoFollow), entry.Name);
        if (entry.Kind != TarKind.Symlink)
            LayerTree.Check(Libc.ChangeModeAt(directory, bytes, entry.Mode, 0), entry.Name);
        SetExtended(entry, $"/proc/self/fd/{directory}/{name}");

        // What comes into a directory later changes its time.
        if (entry.Kind == TarKind.Directory)
            RememberTimes(path, entry);
        else
            LayerTree.Check(Libc.SetTimesAt(directory, bytes, Times(entry), Libc.SymlinkNoFollow), entry.Name);
    }

    private static void SetExtended(TarEntry entry, string path)
    {
        foreach (var (name, value) in entry.Attributes)
        {
            if (Libc.SetAttribute(TarPath.Bytes(path), TarPath.Bytes(name), value, value.Length, 0) == 0)
                continue;

            // Labels of security modules and the like mean nothing on a machine without them. A program without its capability would fail later, for no visible reason.
            if (Marshal.GetLastPInvokeError() is var error && (error != Libc.NotSupported || Encoding.Latin1.GetBytes(name).AsSpan().SequenceEqual(s_capability)))
                throw LayerRefusal.Entry(entry.Name, $"has the extended attribute {name}, which cannot be set: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    private void RememberTimes(TarPath path, TarEntry entry)
    {
        tree.Remember(path, entry.Name);
        _directoryTimes[path.Value] = Times(entry);
    }

    private void SetDirectoryTimes(TarPath path, Libc.FileTimes times)
    {
        // One that was displaced since is not there any more.
        using var directory = tree.TryOpen(path.Parent, path.Value);
        if (directory is not null && Libc.SetTimesAt(LayerTree.Number(directory), TarPath.Bytes(path.IsRoot ? "." : path.Name), times, Libc.SymlinkNoFollow) < 0
            && Marshal.GetLastPInvokeError() is var error and not Libc.NoEntry)
            throw LayerTree.Failed(path.Value, error);
    }

    private void MakeWhiteout(TarPath path, string entry)
    {
        var name = path.Name.StartsWith(Whiteout, StringComparison.Ordinal) ? path.Name[Whiteout.Length..] : "";
        if (name is "" or "." or ".." || path.Parent.Value.StartsWith(Whiteout, StringComparison.Ordinal) || path.Parent.Value.Contains("/" + Whiteout, StringComparison.Ordinal))
            throw LayerRefusal.Entry(entry, "is a whiteout of nothing");
        var parent = tree.Directory(path.Parent, entry);
        if (Libc.MakeNodeAt(LayerTree.Number(parent), TarPath.Bytes(name), FileModes.Character, 0) == 0)
            return;
        if (Marshal.GetLastPInvokeError() is var error and not Libc.Exists)
            throw LayerTree.Failed(entry, error);

        // A whiteout removes what layers below have, never what this one has.
        if (Status(parent, name).Kind == FileModes.Directory)
            MakeOpaque(path.Parent.Child(name), entry);
    }

    private void MakeOpaque(TarPath path, string entry)
    {
        // The roots of all layers are merged whatever their attributes: layers below this one are left out of the mount instead.
        if (path.IsRoot)
        {
            _rootOpaque = true;
            return;
        }

        var directory = tree.Directory(path, entry);
        LayerTree.Check(Libc.SetAttribute(TarPath.Bytes($"/proc/self/fd/{LayerTree.Number(directory)}/."), s_opaqueName, "y"u8, 1, 0), entry);
    }

    /// <summary>Makes room for an entry.</summary>
    private void Displace(TarPath path, string entry)
    {
        var parent = tree.Directory(path.Parent, entry);
        var name = TarPath.Bytes(path.Name);
        var status = Status(parent, path.Name);
        if (status.Kind is FileModes.Regular or FileModes.Directory)
        {
            tree.Remember(path, entry);
            var kept = _displaced.Count;
            LayerTree.Check(Libc.RenameAt(LayerTree.Number(parent), name, LayerTree.Number(displaced), TarPath.Bytes(kept.ToString(System.Globalization.CultureInfo.InvariantCulture))), entry);
            _displaced.Add(new DisplacedEntry(_entry, path.Value, kept));
            _directoryTimes.Remove(path.Value);
            tree.Forget();
        }
        else
        {
            LayerTree.Check(Libc.UnlinkAt(LayerTree.Number(parent), name, 0), entry);
            tree.Forget();
        }
    }

    private static Libc.FileStatus Status(SafeFileHandle parent, string name)
    {
        LayerTree.Check(Libc.Stat(LayerTree.Number(parent), TarPath.Bytes(name), Libc.SymlinkNoFollow, Libc.StatBasic, out var status), name);
        return status;
    }

    private static bool IsWhiteout(Libc.FileStatus status) => status is { Kind: FileModes.Character, DeviceMajor: 0, DeviceMinor: 0 };

    private static bool IsReserved(string path) => path.StartsWith(Reserved, StringComparison.Ordinal) || path.Contains("/" + Reserved, StringComparison.Ordinal);

    private static Libc.FileTimes Times(TarEntry entry) => new(entry.ModifiedSeconds, entry.ModifiedNanoseconds);

    /// <summary>As <c>makedev</c> puts the two together.</summary>
    private static ulong Device(TarEntry entry)
    {
        ulong major = entry.DeviceMajor;
        ulong minor = entry.DeviceMinor;
        return ((major & 0xfffff000) << 32) | ((major & 0xfff) << 8) | ((minor & 0xffffff00) << 12) | (minor & 0xff);
    }
}
