namespace Planner.Measurements;

/// <summary>A setting of migration that both sides need alike: otherwise one does not understand what the other sends, or waits for it for ever.</summary>
/// <param name="Name">Its name in the hypervisor, such as <c>multifd</c>.</param>
/// <param name="Value">What it is, for people; <c>off</c> if it is not used.</param>
/// <param name="Command">What to tell another hypervisor of this kind so that it has the same.</param>
public sealed record SharedSetting(string Name, string Value, string Command)
{
    /// <summary>The value of what is not used.</summary>
    public const string Off = "off";
}
