using Planner.Measurements;

namespace Planner.Storage;

/// <summary>The right to act as the service on a store: one service has it at a time, and another takes it over when that one is gone. On a file of SQLite's it is had at once and never lost.</summary>
/// <remarks>It is held by all shards of the database. What the service changes through <see cref="ServiceStore.Change{T}"/> is refused from the moment of a take-over on, whatever the process
/// believes that had it.</remarks>
public sealed class ServiceLease : IAsyncDisposable
{
    /// <summary>How long the database keeps it for a service that is not heard of.</summary>
    public static readonly TimeSpan UsualLength = TimeSpan.FromSeconds(15);

    private const int RoundsALease = 4;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PostgresMeasurementStore? _store;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _length;
    private readonly string _owner;
    private readonly ShardTable? _table;
    private readonly ShardLeases _leases;
    private readonly long _began;
    private readonly Task _keeping;

    private ServiceLease(SqlMeasurementStore store, string name, TimeSpan length, TimeProvider clock)
    {
        (_store, _length, _clock, _began) = (store as PostgresMeasurementStore, length, clock, clock.GetTimestamp());
        _owner = $"{name} {Guid.NewGuid():N}";
        _leases = new ShardLeases(length);
        _table = _store is null ? null : new ShardTable(_store, _owner, length);
        _keeping = _table is null ? Task.CompletedTask : KeepAsync(_table);
    }

    /// <summary>Is cancelled once the right is lost: to another service, or by this process's own clock where the server was away or this process stood still.</summary>
    public CancellationToken Lost => _lost.Token;

    private TimeSpan Now => _clock.GetElapsedTime(_began);

    /// <summary>Waits until the right can be had, and takes it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">The name of the service, for those who look into the database.</param>
    /// <param name="length">How long the database keeps it for a service that is not heard of; at least 1 s.</param>
    /// <param name="waits">Is told once if another service has it.</param>
    /// <param name="clock">The time.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="StoreException">The store may not be written.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static async Task<ServiceLease> TakeAsync(SqlMeasurementStore store, string name, TimeSpan length, Action waits, TimeProvider clock, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, TimeSpan.FromSeconds(1));
        if (store is PostgresMeasurementStore { IsReadOnly: true } database)
        {
            throw PostgresFailure.CannotBeWritten((PostgresAddress)database.Address);
        }

        var lease = new ServiceLease(store, name, length, clock);
        if (lease._table is null)
        {
            return lease;
        }

        try
        {
            if (await Task.WhenAny(lease._taken.Task, Task.Delay(length / RoundsALease, clock, stop)).ConfigureAwait(false) != lease._taken.Task)
            {
                stop.ThrowIfCancellationRequested();
                waits();
            }

            await lease._taken.Task.WaitAsync(stop).ConfigureAwait(false);
            return lease;
        }
        catch
        {
            await lease.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets go of it, so that another service need not wait.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        try
        {
            _table?.Release();
        }
        catch (StoreException)
        {
            // Then it runs out.
        }

        _ending.Dispose();
        _lost.Dispose();
    }

    private async Task KeepAsync(ShardTable table)
    {
        var round = Task.CompletedTask;
        while (!_ending.IsCancellationRequested)
        {
            // A server that does not answer holds up the round, and not the look at the own clock.
            if (round.IsCompleted)
            {
                round = Task.Run(() => Round(table));
            }

            await Task.WhenAny(round, Task.Delay(_length / RoundsALease, _clock, _ending.Token)).ConfigureAwait(false);
            if (Look())
            {
                break;
            }

            await Task.Delay(_length / RoundsALease, _clock, _ending.Token).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        }

        await round.ConfigureAwait(false);
    }

    /// <returns>Whether the right is lost.</returns>
    private bool Look()
    {
        lock (_gate)
        {
            var isHeld = _leases.Held(Now).Count == ShardLeases.Count;
            if (isHeld && !_taken.Task.IsCompleted)
            {
                _store!.Fence = new ShardFence(0, _owner, _leases.TokenOf(0, Now)!.Value, _length);
                _taken.SetResult();
            }

            if (isHeld || !_taken.Task.IsCompleted)
            {
                return false;
            }
        }

        _lost.Cancel();
        return true;
    }

    private void Round(ShardTable table)
    {
        try
        {
            var (sent, held) = Locked(() => (Now, _leases.Held(Now)));
            if (held.Count > 0)
            {
                var renewed = table.Renew(held);
                Locked(() => _leases.Take(sent, held, renewed));
            }

            var rows = table.Read();
            Locked(() => _leases.See(rows, Now));
            (sent, var abandoned) = Locked(() => (Now, _leases.Abandoned(Now)));
            if (Locked(() => _leases.Held(Now)).Count < ShardLeases.Count)
            {
                var taken = table.TakeOver(abandoned);
                Locked(() => _leases.Take(sent, [], taken));
            }
        }
        catch (StoreException)
        {
            // What is not renewed runs out by the own clock.
        }
    }

    private void Locked(Action work) => Locked(() =>
    {
        work();
        return true;
    });

    private T Locked<T>(Func<T> work)
    {
        lock (_gate)
        {
            return work();
        }
    }
}
