namespace Planner.Service;

/// <summary>The kinds of what is put under names, as the store has them.</summary>
internal static class Kinds
{
    public const string Node = "node";

    public const string Machine = "machine";

    public const string Policy = "policy";

    public const string Webhook = "webhook";

    public const string Notice = "notice";

    /// <summary>What was done by the calendar last.</summary>
    public const string Schedule = "schedule";

    /// <summary>Hosts that have an agent, or are to have one.</summary>
    public const string Agent = "agent";

    /// <summary>How far the outboxes of agents are kept.</summary>
    public const string AgentMark = "agentMark";

    /// <summary>The last number in whose name machines were moved.</summary>
    public const string MachineToken = "machineToken";

    /// <summary>Nodes that are in maintenance.</summary>
    public const string Maintenance = "maintenance";
}
