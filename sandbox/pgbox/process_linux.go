package pgbox

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// process has what is started die with us: SIGQUIT is Postgres's immediate
// shutdown, in which it gives back what it holds of the system's.
func (o *owner) process() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT, Setpgid: true}
	if o != nil {
		a.Credential = &syscall.Credential{Uid: o.id, Gid: o.id}
	}
	return a
}

// childrenOf reads proc(5): each of the server's processes is a session of its own,
// so that no signal to a group reaches all.
func childrenOf(parent int) (pids []int, err error) {
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}

	for _, path := range all {
		of, _, err := stat(path)
		if err != nil {
			return nil, err
		}
		if of != parent {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			return nil, err
		}
		pids = append(pids, pid)
	}
	return pids, nil
}

// stat is the parent and the state of a process; 0 when it is gone.
func stat(path string) (parent int, state string, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", err
	}
	// The second field is the name in brackets, which may itself hold anything.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	parent, err = strconv.Atoi(string(fields[1]))
	return parent, string(fields[0]), err
}

// runs is false of a zombie too, which holds nothing any more.
func runs(pid int) bool {
	_, state, err := stat(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err == nil && state != "" && state != "Z" && state != "X"
}
