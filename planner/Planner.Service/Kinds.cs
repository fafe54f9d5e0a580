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

    /// <summary>Nodes that are in maintenance.</summary>
    public const string Maintenance = "maintenance";
}
