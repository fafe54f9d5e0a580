using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Planner.Hypervisors;

/// <summary>A command that waits for an answer of this type.</summary>
/// <typeparam name="TReply">The answer.</typeparam>
/// <param name="address">The monitor, for messages to people.</param>
/// <param name="command">The command's name.</param>
/// <param name="type">Reads the answer.</param>
internal sealed class QmpPendingReply<TReply>(string address, string command, JsonTypeInfo<TReply> type) : QmpPending(command)
{
    private readonly TaskCompletionSource<TReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer.</summary>
    public Task<TReply> Reply => _reply.Task;

    /// <inheritdoc/>
    public override void Return(ReadOnlySpan<byte> body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, type) is { } reply)
            {
                _reply.TrySetResult(reply);
            }
            else
            {
                Fail(Unreadable(null));
            }
        }
        catch (JsonException e)
        {
            Fail(Unreadable(e));
        }
    }

    /// <inheritdoc/>
    public override void Fail(QmpException why)
    {
        if (_reply.TrySetException(new QmpException(why.Fault, why.Message, why.ErrorClass, why.Description, WasSent, why)))
        {
            // Nobody may be left to look at it.
            _ = _reply.Task.Exception;
        }
    }

    private QmpException Unreadable(Exception? cause) => new(
        QmpFault.Malformed, $"{address}: the answer to {Command} cannot be read; check that this QEMU is 10.0 or later.", innerException: cause);
}
