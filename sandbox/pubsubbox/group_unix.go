//go:build unix && !linux

package pubsubbox

import "syscall"

// ownGroup has the process lead a group of its own. Only Linux can end it when we
// crash.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }
