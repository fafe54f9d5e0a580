using System.IO.Hashing;
using System.Text;

namespace Planner.Storage;

/// <summary>What one owner may take for its own: which shards it holds and how long, which to renew, and which others have been left. It asks nobody and reads no clock: all times
/// are of one monotonic clock of the owner's, from any beginning.</summary>
/// <param name="lease">How long the database keeps a shard for its owner.</param>
internal sealed class ShardLeases(TimeSpan lease)
{
    public const int Count = 1024;

    // The owner stops before the database lets others in, however long an answer was on its way.
    private const double OwnShare = 0.8;
    private const int LeasesWatched = 2;

    private readonly Dictionary<int, (ShardToken Token, TimeSpan Until)> _held = [];
    private readonly Dictionary<int, (ShardRow Row, TimeSpan Since)> _seen = [];

    /// <summary>The shard of a machine.</summary>
    public static int Of(string machine) => (int)(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(machine)) % Count);

    /// <summary>The token of a shard at a moment; null if it is not held then.</summary>
    public ShardToken? TokenOf(int shard, TimeSpan now) => _held.TryGetValue(shard, out var held) && now < held.Until ? held.Token : null;

    /// <summary>The shards that are held at a moment. Only these are renewed: what was let slip is taken over anew, under the next token.</summary>
    public IReadOnlyList<int> Held(TimeSpan now) => [.. _held.Where(h => now < h.Value.Until).Select(h => h.Key).Order()];

    /// <summary>Takes an answer of the database: these shards are the owner's, under these tokens, and no others of those that it asked for.</summary>
    /// <param name="sent">When it was asked, not when it answered: the lease began somewhere between.</param>
    /// <param name="asked">The shards that were asked for.</param>
    /// <param name="granted">Those that were granted.</param>
    public void Take(TimeSpan sent, IEnumerable<int> asked, IEnumerable<(int Id, ShardToken Token)> granted)
    {
        foreach (var id in asked)
        {
            _held.Remove(id);
        }

        foreach (var (id, token) in granted)
        {
            _held[id] = (token, sent + OwnShare * lease);
        }
    }

    /// <summary>Takes notice of the shards as the database has them.</summary>
    /// <param name="rows">All of them.</param>
    /// <param name="at">When they had been read.</param>
    public void See(IEnumerable<ShardRow> rows, TimeSpan at)
    {
        foreach (var row in rows)
        {
            if (!_seen.TryGetValue(row.Id, out var before) || before.Row != row)
            {
                _seen[row.Id] = (row, at);
            }
        }
    }

    /// <summary>The shards of others that were seen unrenewed for two leases: their owners are gone, whatever the database's clock says.</summary>
    public IReadOnlyList<ShardRow> Abandoned(TimeSpan now) =>
        [.. _seen.Values.Where(s => now - s.Since >= LeasesWatched * lease && TokenOf(s.Row.Id, now) is null).Select(s => s.Row)];
}
