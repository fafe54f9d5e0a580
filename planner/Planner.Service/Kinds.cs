namespace Planner.Service;

/// <summary>The kinds of what is put under names, as the store has them.</summary>
internal static class Kinds
{
    public const string Node = "node";

    public const string Machine = "machine";

    public const string Policy = "policy";

    public const string Webhook = "webhook";

    public const string Notice = "notice";
}
