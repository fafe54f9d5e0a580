namespace Planner.Policies;

/// <summary>One line of an explained decision: which term it shows, and of which device.</summary>
/// <param name="Kind">What it shows.</param>
/// <param name="Name">Its name, such as <c>arc RUNNING_P2P->STOP</c>.</param>
/// <param name="Device">The device's number, from 0; -1 for what is not of one device.</param>
/// <param name="Term">The index of the term in the model.</param>
/// <param name="IsQuiesce">Whether it lies wholly in the quiesce stage, and so is behind at gate 2.</param>
internal sealed record DecisionLine(DecisionLineKind Kind, string Name, int Device, int Term, bool IsQuiesce = false);
