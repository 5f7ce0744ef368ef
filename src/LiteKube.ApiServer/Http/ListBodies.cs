using LiteKube.Api;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Http;

/// <summary>
/// Large lists that several clients ask for at the same time, as after a restart of many informers: from the second time on their items are joined once and
/// shared. Two lists are the same when they are of the very same objects in the same order, which are compared one by one: objects never change, so nothing
/// can be out of date here, and who may see a list was decided before. What nobody asks for any more is forgotten within seconds.
/// </summary>
internal sealed class ListBodies : IDisposable
{
    /// <summary>Smaller ones cost little to copy.</summary>
    private const int Least = 128 * 1024;

    private const int MostLists = 16;
    private const long MostBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<Known> _known = [];
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private bool _timed;

    public ListBodies(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(_ => Forget(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many lists are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _known.Count;
        }
    }

    /// <summary>The joined items; null where the list was not asked for before, is small, or is being joined for another.</summary>
    public SharedBody? Find(ListResult list)
    {
        if (list.Items.Count < 2)
            return null;
        var now = _time.GetTimestamp();
        if (Recall(list, now) is not { } known)
        {
            var length = SharedBody.LengthOf(list.Items);
            if (length is >= Least and <= MostBytes)
                Remember(new Known(list.Resource, list.Items, length) { Used = now });
            return null;
        }

        if (known.Body is { } ready)
            return ready;
        if (!known.Claim())
            return null;
        var made = SharedBody.Of(known.Items, known.Length);
        lock (_lock)
        {
            // The oldest make room.
            while (_known.Where(k => k.Body is not null).Sum(k => k.Length) + made.Length > MostBytes)
                _known.Remove(_known.Where(k => k.Body is not null).MinBy(k => k.Used)!);
        }

        known.Body = made;
        return made;
    }

    public void Dispose() => _timer.Dispose();

    private Known? Recall(ListResult list, long now)
    {
        var items = list.Items;
        Known? found = null;
        lock (_lock)
        {
            foreach (var known in _known)
            {
                if (ReferenceEquals(known.Resource, list.Resource) && known.Items.Count == items.Count && ReferenceEquals(known.Items[0], items[0]) && ReferenceEquals(known.Items[^1], items[^1]))
                    found = known.Used > (found?.Used ?? long.MinValue) ? known : found;
            }

            if (found is not null)
                found.Used = now;
        }

        return found is not null && AreSame(found.Items, items) ? found : null;
    }

    private static bool AreSame(IReadOnlyList<KubeObject> left, IReadOnlyList<KubeObject> right)
    {
        if (left is KubeObject[] one && right is KubeObject[] other)
        {
            for (var i = 0; i < one.Length; i++)
            {
                if (!ReferenceEquals(one[i], other[i]))
                    return false;
            }

            return true;
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (!ReferenceEquals(left[i], right[i]))
                return false;
        }

        return true;
    }

    private void Remember(Known known)
    {
        lock (_lock)
        {
            if (_known.Count == MostLists)
                _known.Remove(_known.MinBy(k => k.Used)!);
            _known.Add(known);
            if (_timed)
                return;
            _timed = true;
            _timer.Change(s_life, Timeout.InfiniteTimeSpan);
        }
    }

    private void Forget()
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            _known.RemoveAll(k => _time.GetElapsedTime(k.Used, now) >= s_life);
            _timed = _known.Count > 0;
            if (_timed)
                _timer.Change(s_life, Timeout.InfiniteTimeSpan);
            else
                _known.TrimExcess();
        }
    }

    private sealed class Known(ServedResource resource, IReadOnlyList<KubeObject> items, long length)
    {
        private int _claimed;
        private volatile SharedBody? _body;

        public ServedResource Resource => resource;

        public IReadOnlyList<KubeObject> Items => items;

        public long Length => length;

        public long Used { get; set; }

        public SharedBody? Body
        {
            get => _body;
            set => _body = value;
        }

        /// <summary>True for the one who is to join the items.</summary>
        public bool Claim() => Interlocked.Exchange(ref _claimed, 1) == 0;
    }
}
