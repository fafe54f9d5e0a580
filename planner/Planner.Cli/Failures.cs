using Planner.Agent;
using Planner.Documents;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary>Turns an exception into one sentence and an exit status.</summary>
internal static class Failures
{
    /// <summary>The exit status for an exception.</summary>
    public static int StatusOf(Exception exception) => exception switch
    {
        CliException e => e.ExitStatus,
        OrderRefusedException e => e.Fault switch
        {
            OrderFault.InvalidInput => ExitStatus.InvalidInput,
            OrderFault.Stayed => ExitStatus.Stayed,
            _ => ExitStatus.TargetLacks,
        },
        DocumentException or InvalidSnapshotException or AgentRefusedException or StoreException { IsWrongAddress: true } => ExitStatus.InvalidInput,
        PlanRefusedException => ExitStatus.TargetLacks,
        DeviceException e => e.Fault switch
        {
            DeviceFault.NotFound => ExitStatus.InvalidInput,
            DeviceFault.NoMigration or DeviceFault.NotOffered or DeviceFault.Protocol => ExitStatus.TargetLacks,
            _ => ExitStatus.OtherFailure,
        },
        HypervisorException e => e.Fault switch
        {
            HypervisorFault.NotFound => ExitStatus.InvalidInput,
            HypervisorFault.NotAMonitor or HypervisorFault.NotSupported => ExitStatus.TargetLacks,
            _ => ExitStatus.OtherFailure,
        },
        _ => ExitStatus.OtherFailure,
    };

    /// <summary>The sentence for stderr: a single line that ends in a full stop.</summary>
    public static string Sentence(Exception exception)
    {
        if (exception is OperationCanceledException)
        {
            return "it was stopped before anything was done.";
        }

        // What nobody foresaw is named by its type too: the sentence alone would not be enough to report it.
        var message = IsForeseen(exception) ? exception.Message : $"this should not have happened ({exception.GetType().Name}: {exception.Message}); --verbose prints where";
        var line = PlainWriter.OnOneLine(message);
        return line.EndsWith('.') ? line : line + ".";
    }

    private static bool IsForeseen(Exception exception) => exception
        is CliException or OrderRefusedException or DocumentException or InvalidSnapshotException or PlanRefusedException or DeviceException or HypervisorException or StoreException or JournalException or AgentRefusedException
        or IOException or UnauthorizedAccessException;
}
