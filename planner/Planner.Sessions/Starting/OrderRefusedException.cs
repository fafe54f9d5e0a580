using Planner.Policies;

namespace Planner.Sessions;

/// <summary>A migration is not begun, and nothing was touched. The message says why, in one sentence without a full stop.</summary>
/// <param name="fault">What kind of reason it is.</param>
/// <param name="message">Why.</param>
public sealed class OrderRefusedException(OrderFault fault, string message) : Exception(message)
{
    /// <summary>What kind of reason it is.</summary>
    public OrderFault Fault => fault;

    /// <summary>What keeps the machine where it is for now, and what would change that; null if it is nothing of that kind.</summary>
    public MoveRefusal? Refusal { get; init; }
}
