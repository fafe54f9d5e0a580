using Planner.Documents;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Telemetry;

namespace Planner.Service;

/// <summary>Carries out one migration that was taken on: has its destination made where it is to be made, runs the session, and says how it ended.</summary>
internal sealed class MigrationWork(ServiceParts parts) : IDisposable
{
    private readonly MigrationTelemetry _telemetry = new();

    /// <summary>Runs a migration to its end.</summary>
    /// <param name="live">The migration.</param>
    /// <param name="isHandedOver">Whether an agent has it already, and it is only waited for.</param>
    /// <param name="keep">Keeps what it comes to on its way, and the kind of that change.</param>
    /// <returns>How it ended.</returns>
    public async Task<Operation> RunAsync(LiveMigration live, bool isHandedOver, Action<Operation, string> keep)
    {
        var operation = live.Operation;
        try
        {
            return isHandedOver
                ? await parts.AgentWork.RunAsync(live, AgentWork.NodeOf(operation)!, null).ConfigureAwait(false)
                : await MigrateAsync(live, operation, keep).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return OperationRecords.Stayed(parts.Now, operation, "It was cancelled before anything was touched.", null);
        }
        catch (Exception e)
        {
            // Only before a session has begun: a session ends with a result.
            var refusal = (e as OrderRefusedException)?.Refusal;
            return OperationRecords.Stayed(parts.Now, operation, Problems.StatusOf(e) == 500 ? $"It was not begun: {e.Message}" : Problems.SentenceOf(e), refusal?.CheapestChange ?? (e as RefusedException)?.CheapestChange);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _telemetry.Dispose();

    private async Task<Operation> MigrateAsync(LiveMigration live, Operation operation, Action<Operation, string> keep)
    {
        var now = parts.Now;
        var policy = parts.Policies.Find(operation.Sla) ?? throw new RefusedException(422, $"There is no SLA class '{operation.Sla}' any more.");
        if (!operation.Shadow && MaintenanceCalendar.FindClosed(policy, now) is { } closed)
        {
            throw new OrderRefusedException(OrderFault.Stayed, $"stayed RUNNING: {closed.Reason}") { Refusal = closed };
        }

        if (operation.DestinationCommand is not null)
        {
            operation = live.SetDestination(await new DestinationStarter(parts).MakeAsync(operation, Destinations.AddressOf(parts, operation.DestinationNode), live.Stop.Token).ConfigureAwait(false));
            keep(operation, "migration.destination");
        }

        var order = new MigrationOrder
        {
            MigrationId = operation.Id,
            Source = operation.Source,
            Destination = operation.Destination,
            Policy = MaintenanceCalendar.WithinWindow(policy, now),
            Machine = operation.Machine,
            IsShadow = operation.Shadow,
        };
        if (AgentWork.NodeOf(operation) is { } node)
        {
            return await parts.AgentWork.RunAsync(live, node, order).ConfigureAwait(false);
        }

        var targets = MigrationTargets.Parse(order, parts.Drivers);
        var services = parts.Options.Sessions with { Store = parts.Samples, Models = parts.Samples, AskedBy = operation.AskedBy };

        // A hypervisor's migration takes long, and its switchover is not in this process.
        services = targets.IsMachine ? services with { QuietTime = null } : services;
        await using var prepared = await PreparedMigration.OpenAsync(targets, services, parts.Options.JournalPlaces, live.Stop.Token).ConfigureAwait(false);
        SessionResult result;
        await using (var observers = new BackgroundObserver([live, _telemetry]))
        {
            result = await prepared.RunAsync([observers], live.Stop.Token).ConfigureAwait(false);
        }

        return OperationRecords.Ended(parts.Now, operation) with
        {
            StatusDetail = result.StoreTrouble,
            Outcome = AttemptReport.Word(result.Outcome),
            Reason = result.Reason,
            CheapestChange = result is { Outcome: MigrationOutcome.Stayed, Decision.WouldCommitIf: [var change, ..] } ? change : null,
            AttemptId = result.Attempt.Id,
            Terms = result.Terms.Count > 0 ? result.Terms : null,
            PausedSeconds = result.IsBlackoutKnown ? result.Blackout.TotalSeconds : null,
            Destination = targets.IsMachine ? targets.Pairs[0].Destination.Address : operation.Destination,
        };
    }
}
