using System.Buffers;
using Planner.Hypervisors;

namespace Planner.Fuzz;

/// <summary>The input is QEMU's answer to query-migrate, in whichever state. Every failure but a <see cref="QmpException"/> is a finding, and so is progress that no
/// judgement could use.</summary>
internal static class MigrationTarget
{
    /// <summary>Reads the answer, and what it says of pre-copy.</summary>
    /// <returns>The state.</returns>
    public static string Run(byte[] input)
    {
        var inbox = new QmpInbox("fuzz", new QmpOptions(), TimeProvider.System);
        var pending = new QmpPendingReply<QmpMigration>("fuzz", QmpCommands.QueryMigrate.Name, QmpCommands.QueryMigrate.Reply);
        inbox.Expect(pending);
        try
        {
            byte[] greetingAndAnswer =
            [
                .. "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 0, \"major\": 11}, \"package\": \"\"}, \"capabilities\": []}}\n{\"id\": 1, \"return\": "u8,
                .. input,
                .. "}\n"u8,
            ];
            inbox.Take(new ReadOnlySequence<byte>(greetingAndAnswer));
            inbox.End(inbox.Failure(QmpFault.Closed, "the input has ended"));
        }
        catch (QmpException e)
        {
            inbox.End(e);
        }

        return pending.Reply switch
        {
            { IsCompletedSuccessfully: true } reply => Look(reply.GetAwaiter().GetResult()),
            { Exception.InnerException: QmpException e } => e.Message,
            var other => throw new InvalidOperationException($"The answer is {other.Status}.", other.Exception),
        };
    }

    private static string Look(QmpMigration reply)
    {
        var words = $"{QemuWords.Of(reply.Status)}, {QemuWords.Migration(reply.Status)}";
        if (reply.Memory is not { } memory)
        {
            return words;
        }

        var progress = PreCopyWatch.Read(reply, memory, isPass: true, 0, 0);
        return progress.RemainingBytes >= 0 && progress.StateBytes >= 0 && progress.BytesPerSecond >= 0 && progress.Pass >= 0
            ? $"{words}, {progress.RemainingBytes} left"
            : throw new InvalidOperationException($"The progress {progress} is impossible.");
    }
}
