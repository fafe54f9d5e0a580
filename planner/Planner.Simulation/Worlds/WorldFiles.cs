using Planner.Sessions;

namespace Planner.Simulation;

/// <summary>The files of a simulated host: they outlive processes, locks end with theirs, and what was not synced may be lost or torn with the power.</summary>
internal sealed class WorldFiles(WorldTime time, Random chance) : IJournalFiles
{
    private const int SectorBytes = 512;

    private readonly Dictionary<string, Node> _names = new(StringComparer.Ordinal);
    private Dictionary<string, Node> _namesOnDisk = new(StringComparer.Ordinal);
    private int _boots;
    private int _files;
    private int _syncs;

    /// <summary>Whether the disk has no room for new files.</summary>
    public bool IsFull { get; set; }

    /// <summary>From which sync on the disk refuses to keep what was written, counted from 1; 0 for never.</summary>
    public int RefusesSyncFrom { get; set; }

    public string? Boot => $"start {_boots}";

    public string NewName() => $"{_files++:00000000}";

    public void CreateFolder(string folder) => time.Effect();

    public IHeldFolder LockFolder(string folder)
    {
        time.Effect();
        return new HeldFolder(this);
    }

    public IReadOnlyList<string> List(string folder) => [.. _names.Keys.Where(n => n.EndsWith(".journal", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public void RemoveUnfinished(string folder)
    {
        foreach (var name in _names.Keys.Where(n => n.EndsWith(MigrationJournal.UnfinishedSuffix, StringComparison.Ordinal)).ToList())
        {
            _names.Remove(name);
        }
    }

    public IJournalFile Create(string path)
    {
        time.Effect();
        ThrowIfFull();
        var node = new Node();
        if (!_names.TryAdd(path, node))
        {
            throw new IOException($"There is a file already: {path}");
        }

        return new OpenFile(this, node);
    }

    public IJournalFile? Open(string path, bool toLook) => _names.TryGetValue(path, out var node) ? new OpenFile(this, node) : null;

    public void Rename(string from, string to)
    {
        time.Effect();
        _names.Remove(from, out var node);
        _names[to] = node!;
    }

    public void Delete(string path)
    {
        time.Effect();
        _names.Remove(path);
    }

    /// <summary>Takes the power from the host and gives it back: of each sector that was not synced either form may be there, and so of each name.</summary>
    public void LosePower()
    {
        _boots++;
        foreach (var node in _names.Values.Concat(_namesOnDisk.Values).Distinct())
        {
            node.LosePower(chance);
        }

        foreach (var name in _names.Keys.Concat(_namesOnDisk.Keys).Distinct().Order(StringComparer.Ordinal).ToList())
        {
            var isKept = _names.TryGetValue(name, out var now);
            var wasKept = _namesOnDisk.TryGetValue(name, out var before);
            if ((isKept != wasKept || now != before) && chance.Next(2) == 0)
            {
                if (wasKept)
                {
                    _names[name] = before!;
                }
                else
                {
                    _names.Remove(name);
                }
            }
        }

        _namesOnDisk = new Dictionary<string, Node>(_names, StringComparer.Ordinal);
    }

    private void ThrowIfFull()
    {
        if (IsFull)
        {
            throw new IOException("No space left on device");
        }
    }

    private sealed class Node
    {
        public byte[] Content { get; set; } = [];

        public byte[] OnDisk { get; set; } = [];

        /// <summary>Who has it locked, and in which process: a lock ends with either.</summary>
        public (OpenFile Holder, int Life)? Lock { get; set; }

        public void LosePower(Random chance)
        {
            var kept = OnDisk.Length == Content.Length ? (byte[])OnDisk.Clone() : chance.Next(2) == 0 ? new byte[Content.Length] : (byte[])OnDisk.Clone();
            for (var at = 0; at < Math.Min(kept.Length, Content.Length); at += SectorBytes)
            {
                if (chance.Next(2) == 0)
                {
                    Content.AsSpan(at, Math.Min(SectorBytes, Math.Min(kept.Length, Content.Length) - at)).CopyTo(kept.AsSpan(at));
                }
            }

            Content = kept;
            OnDisk = (byte[])kept.Clone();
        }
    }

    private sealed class HeldFolder(WorldFiles files) : IHeldFolder
    {
        public void Sync()
        {
            files.ThrowIfRefused();
            files._namesOnDisk = new Dictionary<string, Node>(files._names, StringComparer.Ordinal);
        }

        public void Dispose()
        {
        }
    }

    private void ThrowIfRefused()
    {
        time.Effect();
        _syncs++;
        if (RefusesSyncFrom > 0 && _syncs >= RefusesSyncFrom)
        {
            throw new System.ComponentModel.Win32Exception(5);
        }
    }

    private sealed class OpenFile(WorldFiles files, Node node) : IJournalFile
    {
        public bool TryLock(bool isShared = false)
        {
            if (node.Lock is { } held && held.Life == files.Life && held.Holder != this)
            {
                return false;
            }

            node.Lock = isShared ? node.Lock : (this, files.Life);
            return true;
        }

        public bool HasName(string path) => files._names.TryGetValue(path, out var named) && named == node;

        public byte[]? Read(int longest) => node.Content.Length > longest ? null : (byte[])node.Content.Clone();

        public void Write(byte[] content)
        {
            files.Do();
            files.ThrowIfFull();
            node.Content = (byte[])content.Clone();
        }

        public void Sync()
        {
            files.ThrowIfRefused();
            node.OnDisk = (byte[])node.Content.Clone();
        }

        public void Map()
        {
        }

        public void Put(int at, ReadOnlySpan<byte> bytes)
        {
            files.Do();
            bytes.CopyTo(node.Content.AsSpan(at));
        }

        public void Dispose() => node.Lock = node.Lock?.Holder == this ? null : node.Lock;
    }

    private int Life => time.Life;

    private void Do() => time.Effect();
}
