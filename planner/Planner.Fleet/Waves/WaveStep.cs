namespace Planner.Fleet;

/// <summary>A step of rolling waves: a move, or a reboot.</summary>
/// <param name="Machine">The machine; -1 for a reboot.</param>
/// <param name="From">The host that the machine leaves, or that is rebooted.</param>
/// <param name="To">The host that the machine goes to; -1 for a reboot.</param>
/// <param name="Start">When it starts in the plan, in seconds.</param>
/// <param name="Seconds">How long it takes in the middle.</param>
/// <param name="Forecast">What is expected of the move; null for a reboot.</param>
internal sealed record WaveStep(int Machine, int From, int To, double Start, double Seconds, MoveForecast? Forecast)
{
    public bool IsReboot => Machine < 0;
}
