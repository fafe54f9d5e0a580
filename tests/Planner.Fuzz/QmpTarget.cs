using System.Buffers;
using Planner.Hypervisors;

namespace Planner.Fuzz;

/// <summary>The input plays QEMU: a first byte chooses how it is cut into arrivals, the rest is what arrives. Commands wait for answers to
/// 1 to 6. Every failure but a <see cref="QmpException"/> is a finding, and so is a command that still waits after the end.</summary>
internal static class QmpTarget
{
    private static readonly QmpOptions Options = new() { MaxMessageBytes = 2048, MaxEventBytes = 512, MaxDepth = 16, MaxWaitingEvents = 8 };

    /// <summary>Takes all messages.</summary>
    /// <returns>What became of them.</returns>
    public static string Run(byte[] input)
    {
        var inbox = new QmpInbox("fuzz", Options, TimeProvider.System);
        var waiting = new List<Task>
        {
            Expect(inbox, QmpCommands.Stop), Expect(inbox, QmpCommands.QueryMigrate), Expect(inbox, QmpCommands.QueryStatus),
            Expect(inbox, QmpCommands.QomGetText), Expect(inbox, QmpCommands.QueryCpus), Expect(inbox, QmpCommands.QueryDirtyRate),
        };
        var (end, events) = ("closed", 0);
        try
        {
            events = Feed(inbox, input);
            inbox.End(inbox.Failure(QmpFault.Closed, "the input has ended"));
        }
        catch (QmpException e)
        {
            end = e.Fault.ToString();
            inbox.End(e);
        }

        if (!inbox.Ended.IsCompletedSuccessfully || !inbox.Greeting.IsCompleted || !waiting.TrueForAll(w => w.IsCompleted))
        {
            throw new InvalidOperationException("The connection has ended, and somebody still waits.");
        }

        if (waiting.Exists(w => w.Exception is { } e && e.InnerException is not QmpException))
        {
            throw new InvalidOperationException("A command failed with what is no failure of QMP.");
        }

        return $"{waiting.Count(w => w.IsCompletedSuccessfully)} answers, {events} events, {end}";
    }

    private static Task<TReply> Expect<TArguments, TReply>(QmpInbox inbox, QmpCommand<TArguments, TReply> command)
    {
        var pending = new QmpPendingReply<TReply>("fuzz", command.Name, command.Reply);
        inbox.Expect(pending);
        return pending.Reply;
    }

    // As a pipe does: what was not taken comes again, with more behind it, in as many pieces as arrived.
    private static int Feed(QmpInbox inbox, byte[] input)
    {
        var pieceBytes = (input.ElementAtOrDefault(0) & 0x7f) == 0 ? int.MaxValue : input[0] & 0x7f;
        var takesEvents = (input.ElementAtOrDefault(0) & 0x80) == 0;
        var events = 0;
        for (var (taken, arrived) = (Math.Min(1, input.Length), Math.Min(1, input.Length)); arrived < input.Length;)
        {
            arrived += Math.Min(pieceBytes, input.Length - arrived);
            var unread = Pieces(input.AsMemory(taken, arrived - taken), pieceBytes);
            var rest = unread.Slice(inbox.Take(unread)).Length;
            taken = arrived - (int)rest;
            while (takesEvents && inbox.Events.TryRead(out var one))
            {
                events++;
                Look(one);
            }
        }

        return events;
    }

    private static void Look(QmpEvent one)
    {
        try
        {
            _ = one.TryRead(QmpEvents.Migration, out _) || one.TryRead(QmpEvents.MigrationPass, out _) || one.TryRead(QmpEvents.Reset, out _);
        }
        catch (QmpException)
        {
            // Data of another form.
        }
    }

    private static ReadOnlySequence<byte> Pieces(ReadOnlyMemory<byte> bytes, int pieceBytes)
    {
        var first = new Piece(bytes[..Math.Min(pieceBytes, bytes.Length)]);
        var last = first;
        for (var start = last.Memory.Length; start < bytes.Length; start += last.Memory.Length)
        {
            last = last.Append(bytes.Slice(start, Math.Min(pieceBytes, bytes.Length - start)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
