using System.ComponentModel;
using System.Diagnostics;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary>Rehearses whole migrations of a machine that carries no load, a canary, so that machines of its class on this pair of hosts have past blackouts before the first of
/// them is promised anything.</summary>
/// <remarks>A machine that its own monitor migrates goes one way: both its sides have to be started afresh for each round. One under a manager goes there and back.</remarks>
internal sealed class CanaryRehearsal(CommandContext context, MigrationOrder there, string? channelBack, string? restart, StopSignal stop)
{
    // As migrations run: stopped where the model says that half of them fit the usual limit.
    public static readonly SlaPolicy Policy = new()
    {
        Name = "rehearsal",
        BlackoutLimit = TimeSpan.FromSeconds(0.3),
        Confidence = 0.5,
        CompleteWithin = TimeSpan.FromMinutes(2),
        WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept,
    };

    private static readonly TimeSpan RestartLimit = TimeSpan.FromMinutes(5);

    /// <summary>The migrations that came to their end, and what was wrong with the last one; null if nothing was.</summary>
    /// <param name="rounds">How many are wanted.</param>
    /// <exception cref="CliException">The canary cannot be migrated at all, or <c>--restart</c> failed.</exception>
    public async Task<(int Done, SessionResult? Last)> RunAsync(int rounds)
    {
        var goesBack = context.Drivers.IsManaged(there.Source);
        if (rounds > 1 && restart is null && !goesBack)
        {
            throw new CliException(ExitStatus.InvalidInput, "after one round neither side is as it was: name a command with --restart that starts the side afresh that it is given, source or destination; or ask for --rounds 1");
        }

        if (goesBack && there.Channel is not null && channelBack is null)
        {
            throw new CliException(ExitStatus.InvalidInput, $"{there.Source} goes there and back: name the way back, too, with --channel-back ({context.Drivers.ChannelForms}), or leave out --channel");
        }

        if (!goesBack && channelBack is not null)
        {
            throw new CliException(ExitStatus.InvalidInput, $"{there.Source} goes one way, and its sides are started afresh: leave out --channel-back");
        }

        var back = goesBack ? there with { Source = context.Drivers.FindDestination(there.Source, there.Destination).Address, Destination = there.Source, Channel = channelBack } : there;
        SessionResult? last = null;
        var done = 0;
        while (done < rounds && !stop.Token.IsCancellationRequested)
        {
            if (done > 0 && !goesBack)
            {
                await RestartAsync("source");
                await RestartAsync("destination");
            }

            last = await MigrateAsync(done % 2 == 1 ? back : there);
            if (last.Outcome is not (MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit))
            {
                return (done, last);
            }

            done++;
            if (context.Verbose)
            {
                context.Say($"switchover {done}: {Quantity.Format(last.Blackout)}");
            }
        }

        if (goesBack && done % 2 == 1)
        {
            last = await MigrateAsync(back);
        }

        return (done, last);
    }

    private async Task<SessionResult> MigrateAsync(MigrationOrder order)
    {
        var targets = MigrationTargets.Parse(order, context.Drivers);
        Readiness.Prepare(targets.Pairs.Count);
        context.Guard(targets.All);
        using var store = context.OpenStore(stop.Token);
        await using var prepared = await PreparedMigration.OpenAsync(targets, context.Services(store, stop), context.GuardPlaces, stop.Token);
        await WarmUp.MachinesAsync();
        return await prepared.RunAsync([], stop.Token);
    }

    private async Task RestartAsync(string side)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        limit.CancelAfter(RestartLimit);
        try
        {
            // Its output is for people: stdout is for results alone.
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec >&2; {restart} {side}"]) { RedirectStandardInput = true })!;
            process.StandardInput.Close();
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }

            if (process.ExitCode != 0)
            {
                throw new CliException(ExitStatus.OtherFailure, $"--restart: '{restart} {side}' ended with {process.ExitCode}; what was rehearsed until then is kept");
            }
        }
        catch (OperationCanceledException) when (!stop.Token.IsCancellationRequested)
        {
            throw new CliException(ExitStatus.OtherFailure, $"--restart: '{restart} {side}' did not end within {RestartLimit.TotalMinutes} minutes; it has to start the side and return");
        }
        catch (Win32Exception e)
        {
            throw new CliException(ExitStatus.OtherFailure, $"--restart: no shell can be run ({e.Message})");
        }
    }
}
