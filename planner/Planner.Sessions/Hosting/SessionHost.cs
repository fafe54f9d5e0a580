using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Carries an engine out: gives its commands to those who can do them and brings it what happens, until it ends.</summary>
/// <remarks>Whatever fails around the engine is caught here, and becomes an event that leads home.</remarks>
/// <typeparam name="TState">The engine's state.</typeparam>
internal sealed class SessionHost<TState>
    where TState : SessionState
{
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(250);

    private readonly SessionShell _shell;
    private readonly ICommandCarrier<TState> _carrier;
    private readonly ISessionRecord<TState>? _record;
    private readonly Func<TState, EngineEvent, long, Step<TState>> _advance;
    private ITimer? _timer;
    private ITimer? _late;
    private IDisposable? _quietTime;
    private bool _isRecordBroken;

    /// <param name="services">What to work with.</param>
    /// <param name="carrier">Makes what carries out the commands that only this engine has; disposed at the end.</param>
    /// <param name="record">Writes down what happens; null for nobody.</param>
    /// <param name="advance">The engine.</param>
    public SessionHost(SessionServices services, Func<SessionShell, ICommandCarrier<TState>> carrier, ISessionRecord<TState>? record, Func<TState, EngineEvent, long, Step<TState>> advance)
    {
        _shell = new SessionShell(services);
        _carrier = carrier(_shell);
        (_record, _advance) = (record, advance);
    }

    /// <summary>Runs to the end. Called once.</summary>
    /// <param name="start">Gives the engine's first step for a moment on the monotonic clock.</param>
    /// <param name="cancellationToken">Asks the engine to give up, which it may decline.</param>
    /// <returns>The engine's last state, and the moment it was reached.</returns>
    public async Task<(TState State, long AtNanoseconds)> RunAsync(Func<long, Step<TState>> start, CancellationToken cancellationToken)
    {
        await using var carried = _carrier.ConfigureAwait(false);
        using var registration = cancellationToken.Register(() => _shell.Post(new CancelRequested()));
        using var hurry = _shell.Services.Hurry.Register(() => _shell.Post(new HurryRequested()));
        try
        {
            var now = _shell.Now;
            var step = start(now);
            TState? before = null;
            SessionEvent happened = default;
            while (true)
            {
                // Commands first: telling observers must not delay them.
                Carry(step, now);
                Note(before, happened, step);
                if (step.State.Phase == SessionPhase.Ended)
                {
                    return (step.State, now);
                }

                happened = await _shell.TakeAsync().ConfigureAwait(false);
                before = step.State;
                now = _shell.Now;
                step = AdvanceSafely(before, happened.Event, now);
            }
        }
        finally
        {
            _quietTime?.Dispose();
            _timer?.Dispose();
            _late?.Dispose();
        }
    }

    /// <summary>An engine that cannot take an event goes home, and then has it told again: what it answers must not be waited for.</summary>
    private Step<TState> AdvanceSafely(TState before, EngineEvent happened, long now)
    {
        try
        {
            return Advance(before, happened, now);
        }
        catch (Exception e)
        {
            var home = _advance(before, SessionShell.Failed([], e), now);
            try
            {
                var then = _advance(home.State, happened, now);
                return then with { Commands = [.. home.Commands, .. then.Commands] };
            }
            catch (Exception)
            {
                // Then its silence is what ends the wait.
                return home;
            }
        }
    }

    private Step<TState> Advance(TState before, EngineEvent happened, long now)
    {
        var step = _advance(before, happened, now);
        if (_carrier.Consider(step.State, happened) is not { } more)
        {
            return step;
        }

        var then = _advance(step.State, more, now);
        return then with { Commands = [.. step.Commands, .. then.Commands] };
    }

    private void Carry(Step<TState> step, long now)
    {
        for (var i = 0; i < step.Commands.Length; i++)
        {
            try
            {
                Carry(step.Commands[i], step.State, now);
            }
            catch (Exception e)
            {
                // What was to follow is left too: no destination starts whose handover is not written down. But the engine counts on being woken.
                var left = step.Commands.Skip(i).ToLookup(c => c is WakeAt);
                foreach (var wake in left[true].Cast<WakeAt>())
                {
                    WakeAt(wake, now);
                }

                _shell.Post(SessionShell.Failed(left[false], e));
                return;
            }
        }
    }

    private void Carry(EngineCommand command, TState state, long now)
    {
        switch (command)
        {
            case Engine.OpenJournal:
                OpenJournal(state);
                break;
            case MarkSwitchover:
                _shell.Append(JournalEntryKind.Switchover, now);
                _shell.SyncJournal();
                break;
            case MarkHandover:
                _shell.Append(JournalEntryKind.Handover, now);
                break;
            case MarkTakeBack:
                _shell.Append(JournalEntryKind.TakeBack, now);
                break;
            case WakeAt c:
                WakeAt(c, now);
                break;
            default:
                _carrier.Carry(command, state, now);
                break;
        }
    }

    private void WakeAt(WakeAt command, long now)
    {
        // Rounded up: who is woken a moment early has to ask again.
        var delay = TimeSpan.FromTicks(Math.Max(0, (command.WakeAtNanoseconds - now + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick));
        _timer?.Dispose();
        _timer = _shell.Services.Clock.CreateTimer(_ => Wake(command, isLast: false), null, delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Wakes the engine. Who is woken late stood still itself, as under SIGSTOP: what the others have answered meanwhile is heard before anybody is called silent.</summary>
    private void Wake(WakeAt command, bool isLast)
    {
        var clock = _shell.Services.Clock;
        if (isLast || TimeSpan.FromTicks((clock.NowNanoseconds() - command.WakeAtNanoseconds) / TimeSpan.NanosecondsPerTick) < Late)
        {
            _shell.Post(new Woke(command.WakeAtNanoseconds));
            return;
        }

        // The engine takes no wake-up that it does not wait for, so that a later one need not be told apart.
        _late?.Dispose();
        _late = clock.CreateTimer(_ => Wake(command, isLast: true), null, Late, Timeout.InfiniteTimeSpan);
    }

    private void OpenJournal(TState state)
    {
        try
        {
            _shell.Services.Journal?.Begin(_record!.Header(state));
            _shell.Post(new JournalOpened());
        }
        catch (JournalException e)
        {
            _shell.Post(new JournalFailed(e.Message));
        }
    }

    private void Note(TState? before, SessionEvent happened, Step<TState> step)
    {
        try
        {
            if (!step.State.IsUrgent)
            {
                _quietTime?.Dispose();
                _quietTime = null;
            }
            else
            {
                _quietTime ??= _shell.Services.QuietTime?.Invoke();
            }

            _record?.Note(before, happened, step);
        }
        catch (Exception e) when (!_isRecordBroken)
        {
            _isRecordBroken = true;
            _shell.Post(SessionShell.Failed([], e));
        }
        catch (Exception)
        {
            // It was told before.
        }
    }
}
