namespace Planner.Sessions;

/// <summary>A device or a machine that another migration has.</summary>
/// <param name="Machine">The machine of that migration.</param>
/// <param name="Address">The address by which it has it.</param>
/// <param name="IsUnderWay">Whether its planner lives; otherwise it waits for its recovery.</param>
/// <param name="StateDirectory">The state directory of its journal.</param>
public sealed record HeldTarget(string Machine, string Address, bool IsUnderWay, string StateDirectory)
{
    /// <summary>One sentence that says what to do.</summary>
    public string Sentence => IsUnderWay
        ? $"a migration of {Machine} with {Address} is under way: wait until it is over."
        : $"a migration of {Machine} with {Address} was interrupted: run '{RecoverCommand.For(StateDirectory)}' first.";
}
